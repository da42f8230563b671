/** A value that JSON would drop or change. */
export interface NotJson {
  /** For example `data.views.0.at`. */
  path: string;
  /** What it is, and what to store instead. */
  remedy: string;
}

const LONGEST_PATH = 100;

/**
 * Finds the first value that would not come back from JSON as it went in. Members that are undefined are as if they were absent.
 * The nesting must be bounded: see `isNestedDeeperThan`.
 */
export function findNotJson(value: unknown, path = ''): NotJson | undefined {
  const remedy = remedyFor(value);
  if (remedy !== undefined) return { path: path.slice(0, LONGEST_PATH), remedy };
  if (typeof value !== 'object' || value === null) return undefined;
  // By index: a hole in an array is no member of it.
  const members = Array.isArray(value) ? Array.from(value, (item, i) => [i, item]) : definedMembers(value);
  for (const [name, member] of members) {
    const found = findNotJson(member, path === '' ? `${name}` : `${path}.${name}`);
    if (found) return found;
  }
  return undefined;
}

function definedMembers(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

function remedyFor(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : 'is not a finite number. Store a finite number or null.';
    case 'undefined':
      return 'is undefined. Store null.';
    case 'bigint':
    case 'function':
    case 'symbol':
      return `is a ${typeof value}. Store text or plain data.`;
    case 'object':
      return isPlain(value) ? undefined : 'is no plain object or array. Store text or plain data.';
    default:
      return undefined;
  }
}

/** An instance of a class (Date, Map, Buffer) comes back from JSON as something else. */
function isPlain(value: object | null): boolean {
  if (value === null) return true;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  if (Array.isArray(value)) return Object.keys(value).length <= value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also of another realm, such as a test runner's.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
