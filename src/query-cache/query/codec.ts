/** Converts values that JSON does not have, such as dates, bigints and instances of classes. Null needs no conversion. */
export interface Codec<Value> {
  /** Returns plain data, which is stored, and sent by handlers that return what `read()` resolves to. */
  encode(value: NonNullable<Value>): unknown;
  /** Returns the value from what {@link encode} returned, after JSON. Each caller gets a new one. */
  decode(stored: unknown): NonNullable<Value>;
}

/**
 * `T` as it comes back from JSON: `T` itself if it survives, otherwise a type that `T` is not assignable to. Functions and methods become
 * `never`, so that dates, maps and instances of most classes do not survive.
 */
export type Jsonify<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends bigint | symbol | ((...args: never[]) => unknown)
      ? never
      : { [Key in keyof T]: Jsonify<T[Key]> };

/** What a definition must have where its values do not survive JSON. */
export type NeedsCodec<Value> = [Value] extends [Jsonify<Value>] ? unknown : { codec: Codec<Value> };
