export type Guard<Value> = (value: unknown) => value is Value;

export const isString: Guard<string> = (value) => typeof value === 'string';
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';
export const isNumber: Guard<number> = (value): value is number => Number.isFinite(value);
export const isWhole: Guard<number> = (value): value is number => Number.isSafeInteger(value);
/** An ISO date: anything else cannot be formatted. */
export const isTime: Guard<string> = (value): value is string =>
  isString(value) && !Number.isNaN(Date.parse(value));
export const isRecord: Guard<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function oneOf<const Value>(...values: readonly Value[]): Guard<Value> {
  return (value): value is Value => values.includes(value as Value);
}

export function nullable<Value>(isValue: Guard<Value>): Guard<Value | null> {
  return either(isValue, oneOf(null));
}

export function either<One, Other>(isOne: Guard<One>, isOther: Guard<Other>): Guard<One | Other> {
  return (value): value is One | Other => isOne(value) || isOther(value);
}

export function listOf<Item>(isItem: Guard<Item>): Guard<Item[]> {
  return (value): value is Item[] => Array.isArray(value) && value.every(isItem);
}

/** Checks every field of the type, and allows further ones. */
export function recordOf<Shape extends object>(fields: {
  [Field in keyof Shape]-?: Guard<Shape[Field]>;
}): Guard<Shape> {
  const checks = Object.entries<Guard<unknown>>(fields);
  return (value): value is Shape =>
    isRecord(value) && checks.every(([field, isRight]) => isRight(value[field]));
}
