import { isDeepStrictEqual } from 'node:util';

export type JsonObject = Record<string, unknown>;

/**
 * One field, by its path, and what it became. `undefined` removes it. `asObject` makes it an object unless it is one already:
 * two requests that both create the same object each keep their fields in it.
 */
export type Change =
  | { path: readonly string[]; value: unknown; asObject?: never }
  | { path: readonly string[]; asObject: true; value?: never };

/** What turns `before` into `after`, field by field. Arrays and plain values change as a whole. */
export function changesBetween(before: JsonObject, after: JsonObject): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    if (isDeepStrictEqual(was, is)) return [];
    if (!isObject(is)) return [{ path: [name], value: is }];
    const inner = changesBetween(isObject(was) ? was : {}, is);
    const changes = inner.map((change) => ({ ...change, path: [name, ...change.path] }));
    return isObject(was) ? changes : [{ path: [name], asObject: true }, ...changes];
  });
}

/** Applies changes to a content that others may have changed meanwhile. */
export function applyChanges(target: JsonObject, changes: readonly Change[]): JsonObject {
  return changes.reduce<JsonObject>(withChange, target);
}

/** JSON merge patch (RFC 7396): null removes a field, objects are merged, anything else replaces. */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce<JsonObject>(
    (result, [name, value]) =>
      withField(
        result,
        name,
        value === null ? undefined : isObject(value) ? mergePatch(own(result, name), value) : value,
      ),
    isObject(target) ? target : {},
  );
}

/** Whether anything in it is more levels down than that: most of what walks through a value calls itself at each. */
export function isNestedDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeperThan(levels - 1, inner));
}

function withChange(target: JsonObject, { path, value, asObject }: Change): JsonObject {
  const [name = '', ...deeper] = path;
  const there = own(target, name);
  const inner = isObject(there) ? there : {};
  if (deeper.length > 0) {
    const change = asObject ? { path: deeper, asObject } : { path: deeper, value };
    return withField(target, name, withChange(inner, change));
  }
  return withField(target, name, asObject ? inner : value);
}

function withField(target: JsonObject, name: string, value: unknown): JsonObject {
  // A computed name defines an own field, also for "__proto__".
  if (value !== undefined) return { ...target, [name]: value };
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== name));
}

function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
