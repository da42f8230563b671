/** A value that JSON would drop or change. */
export interface NotJson {
  /** For example `data.views.0.at`. */
  path: string;
  /** What the value is, and what to store instead. */
  remedy: string;
}

const MAX_PATH_LENGTH = 100;

/**
 * Finds the first value that a round trip through JSON would change. A field that is undefined counts as absent. Recursive: limit
 * the nesting first, see `isNestedDeeperThan`.
 */
export function findNotJson(value: unknown, path = ''): NotJson | undefined {
  const remedy = remedyFor(value);
  if (remedy !== undefined) return { path: path.slice(0, MAX_PATH_LENGTH), remedy };
  if (typeof value !== 'object' || value === null) return undefined;
  // Array.from includes the holes of an array.
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
      return isPlain(value) ? undefined : 'is not a plain object or array. Store text or plain data.';
    default:
      return undefined;
  }
}

/** JSON changes an instance of a class (Date, Map, Buffer). */
function isPlain(value: object | null): boolean {
  if (value === null) return true;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  if (Array.isArray(value)) return Object.keys(value).length <= value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Covers Object.prototype of another realm, such as a test runner's.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
