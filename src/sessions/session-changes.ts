import { isDeepStrictEqual } from 'node:util';

export type JsonObject = Record<string, unknown>;

/** One field, by its path, and what it became: undefined if it was taken out. Unlike a merge patch it can set null. */
export interface Change {
  path: readonly string[];
  value: unknown;
}

/** What turns `before` into `after`, field by field: arrays and plain values change as a whole. */
export function changesBetween(before: JsonObject, after: JsonObject): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    if (isObject(was) && isObject(is))
      return changesBetween(was, is).map(({ path, value }) => ({ path: [name, ...path], value }));
    return isDeepStrictEqual(was, is) ? [] : [{ path: [name], value: is }];
  });
}

/** The same changes, made to whatever has become of it meanwhile. */
export function applyChanges(target: JsonObject, changes: readonly Change[]): JsonObject {
  return changes.reduce<JsonObject>((result, { path, value }) => withField(result, path, value), target);
}

/** JSON merge patch (RFC 7396): null takes a field out, objects are merged, anything else replaces. */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce<JsonObject>(
    (result, [name, value]) =>
      withField(
        result,
        [name],
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

function withField(
  target: JsonObject,
  [name = '', ...deeper]: readonly string[],
  value: unknown,
): JsonObject {
  if (deeper.length > 0) {
    const inner = own(target, name);
    return { ...target, [name]: withField(isObject(inner) ? inner : {}, deeper, value) };
  }
  // A computed name defines a field of its own, even where it is "__proto__".
  if (value !== undefined) return { ...target, [name]: value };
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== name));
}

function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
