/** Deeper than any answer. The search ends here for a value that contains itself. */
const DEEPEST = 200;

/** Member names may come from a request, so an error repeats only this many characters of a path. */
const LONGEST_PATH = 100;

/** A value that JSON would drop or change. */
export interface NotJson {
  /** Where it is, for example `routes.0.date`; empty for the value itself. */
  path: string;
  /** What it is and what to use instead. */
  remedy: string;
}

/**
 * Finds the first value that JSON would drop or change; undefined if there is none. Undefined members count as left out.
 *
 * @param isArgument accepts instances of classes with fields (DTOs) as their own enumerable fields.
 */
export function findNotJson(value: unknown, isArgument = false): NotJson | undefined {
  return search(value, { path: [], isArgument });
}

/**
 * An argument as JSON with sorted member names, so that `{a,b}` and `{b,a}` give the same text; undefined where {@link findNotJson} finds
 * something.
 */
export function canonicalJson(value: unknown, depth = 0): string | undefined {
  if (remedyFor(value, depth, true) !== undefined) return undefined;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  for (const name of isList ? value.keys() : Object.keys(value).toSorted()) {
    const member = (value as Record<string | number, unknown>)[name];
    if (member === undefined && !isList) continue;
    const part = canonicalJson(member, depth + 1);
    if (part === undefined) return undefined;
    parts.push(isList ? part : `${JSON.stringify(name)}:${part}`);
  }
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

interface Search {
  path: (string | number)[];
  isArgument: boolean;
}

function search(value: unknown, { path, isArgument }: Search): NotJson | undefined {
  const remedy = remedyFor(value, path.length, isArgument);
  if (remedy !== undefined) return { path: path.join('.').slice(0, LONGEST_PATH), remedy };
  if (typeof value !== 'object' || value === null) return undefined;
  // Lists by index: Object.keys() skips the holes of a list.
  const names = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const name of names) {
    const member = (value as Record<string | number, unknown>)[name];
    if (member === undefined && !Array.isArray(value)) continue;
    path.push(name);
    const found = search(member, { path, isArgument });
    if (found) return found;
    path.pop();
  }
  return undefined;
}

function remedyFor(value: unknown, depth: number, isArgument: boolean): string | undefined {
  if (depth > DEEPEST) return 'is nested too deeply, or contains itself. Use plain data.';
  switch (typeof value) {
    case 'undefined':
      return 'is undefined. Use null, or leave it out.';
    case 'number':
      return Number.isFinite(value) ? undefined : `is ${value}. Use a finite number or null.`;
    case 'bigint':
      return 'is a bigint. Use its text.';
    case 'function':
    case 'symbol':
      return `is a ${typeof value}. Use plain data.`;
    case 'object':
      if (isPlain(value) || (isArgument && isOfFields(value))) return undefined;
      return `is a ${nameOf(value)}. Use text or plain data.`;
    default:
      return undefined;
  }
}

/**
 * True for lists, and for objects that are not instances of a class: a Map, a URL or a Promise does not hold its data in members, and methods
 * do not come back from memory.
 */
function isPlain(value: object | null): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return Object.keys(value).length <= value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A test runner's realm has its own Object, so `prototype === Object.prototype` is not enough.
  const isClassless = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isClassless && Object.getOwnPropertySymbols(value).length === 0;
}

/**
 * True for an instance of a class that keeps its data in its own enumerable fields, as far as that can be seen. One without fields must have
 * no methods either: they would read private fields.
 */
function isOfFields(value: object | null): boolean {
  if (value === null || Array.isArray(value) || Object.prototype.toString.call(value) !== '[object Object]')
    return false;
  if ('toJSON' in value || Object.getOwnPropertySymbols(value).length > 0) return false;
  return (
    Object.keys(value).length > 0 || Object.getOwnPropertyNames(Object.getPrototypeOf(value)).length === 1
  );
}

function nameOf(value: object | null): string {
  return Array.isArray(value) ? 'list with named members' : (value?.constructor?.name ?? 'object');
}
