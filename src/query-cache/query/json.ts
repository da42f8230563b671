/** Deeper than any answer, and shallow enough to end on one that contains itself. */
const DEEPEST = 200;

/** Names of members may come from a request, so an error repeats only so much of them. */
const LONGEST_PATH = 100;

/** Something that JSON would drop or change. */
export interface NotJson {
  /** Where, for example `routes.0.date`; empty for the whole. */
  path: string;
  /** What it is and what to write instead. */
  remedy: string;
}

/**
 * Looks for what would not come back from JSON as it went in. Members that are undefined are looked for only on demand:
 * an object without a member and one whose member is undefined are the same to most readers, but not in a key.
 */
export function findNotJson(value: unknown, allowUndefinedMembers: boolean): NotJson | undefined {
  return look(value, { path: [], allowUndefinedMembers });
}

/** JSON with sorted object keys, so that `{a,b}` and `{b,a}` are the same text; undefined where {@link findNotJson} finds something. */
export function canonicalJson(value: unknown, depth = 0): string | undefined {
  if (remedyFor(value, depth) !== undefined) return undefined;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  for (const name of isList ? value.keys() : Object.keys(value).toSorted()) {
    const part = canonicalJson((value as Record<string | number, unknown>)[name], depth + 1);
    if (part === undefined) return undefined;
    parts.push(isList ? part : `${JSON.stringify(name)}:${part}`);
  }
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

interface Look {
  path: (string | number)[];
  allowUndefinedMembers: boolean;
}

function look(value: unknown, { path, allowUndefinedMembers }: Look): NotJson | undefined {
  const remedy = remedyFor(value, path.length);
  if (remedy !== undefined) return { path: path.join('.').slice(0, LONGEST_PATH), remedy };
  if (typeof value !== 'object' || value === null) return undefined;
  // By index, since a hole in a list is no member of it.
  const names = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const name of names) {
    const member = (value as Record<string | number, unknown>)[name];
    if (member === undefined && allowUndefinedMembers && !Array.isArray(value)) continue;
    path.push(name);
    const found = look(member, { path, allowUndefinedMembers });
    if (found) return found;
    path.pop();
  }
  return undefined;
}

function remedyFor(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST) return 'is nested too deeply, or contains itself. Give plain data.';
  switch (typeof value) {
    case 'undefined':
      return 'is undefined. Give null, or leave it out.';
    case 'number':
      return Number.isFinite(value) ? undefined : `is ${value}. Give a finite number or null.`;
    case 'bigint':
      return 'is a bigint. Give its text.';
    case 'function':
    case 'symbol':
      return `is a ${typeof value}. Give plain data.`;
    case 'object':
      return isPlain(value) ? undefined : `is a ${nameOf(value)}. Give text or plain data.`;
    default:
      return undefined;
  }
}

/**
 * Lists, and objects of no class: what is in an instance of one need not be in its members (a Map, a URL, a Promise), and its methods
 * do not come back from memory.
 */
function isPlain(value: object | null): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return Object.keys(value).length <= value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of this realm or another: a test runner's has its own Object.
  const isOfNoClass = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isOfNoClass && Object.getOwnPropertySymbols(value).length === 0;
}

function nameOf(value: object | null): string {
  return Array.isArray(value) ? 'list with named members' : (value?.constructor?.name ?? 'object');
}
