import { isDeepStrictEqual } from 'node:util';

export type JsonObject = Record<string, unknown>;

/**
 * The new value of the field at a path; `undefined` removes the field. `ensureObject` replaces the field by an empty object unless
 * it is an object, so that two requests that create the same object each keep their fields in it.
 */
export type Change =
  | { path: readonly string[]; value: unknown; ensureObject?: never }
  | { path: readonly string[]; ensureObject: true; value?: never };

/** The changes that turn `before` into `after`, field by field. Arrays and plain values change as a whole. */
export function changesBetween(before: JsonObject, after: JsonObject): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [old, current] = [ownField(before, name), ownField(after, name)];
    if (isDeepStrictEqual(old, current)) return [];
    if (!isObject(current)) return [{ path: [name], value: current }];
    const inner = changesBetween(isObject(old) ? old : {}, current);
    const changes = inner.map((change) => ({ ...change, path: [name, ...change.path] }));
    return isObject(old) ? changes : [{ path: [name], ensureObject: true }, ...changes];
  });
}

/** Applies changes to content that another request may have changed since. */
export function applyChanges(target: JsonObject, changes: readonly Change[]): JsonObject {
  return changes.reduce<JsonObject>(withChange, target);
}

/** Applies a JSON merge patch (RFC 7396): null removes a field, objects are merged, anything else replaces. */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce<JsonObject>(
    (result, [name, value]) =>
      withField(
        result,
        name,
        value === null ? undefined : isObject(value) ? mergePatch(ownField(result, name), value) : value,
      ),
    isObject(target) ? target : {},
  );
}

/** Whether a value is nested more than `levels` deep, which would overflow the stack of recursive functions. */
export function isNestedDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeperThan(levels - 1, inner));
}

function withChange(target: JsonObject, { path, value, ensureObject }: Change): JsonObject {
  const [name = '', ...deeper] = path;
  const existing = ownField(target, name);
  const inner = isObject(existing) ? existing : {};
  if (deeper.length > 0) {
    const change = ensureObject ? { path: deeper, ensureObject } : { path: deeper, value };
    return withField(target, name, withChange(inner, change));
  }
  return withField(target, name, ensureObject ? inner : value);
}

function withField(target: JsonObject, name: string, value: unknown): JsonObject {
  // A computed name defines an own field, also for "__proto__".
  if (value !== undefined) return { ...target, [name]: value };
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== name));
}

function ownField(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
