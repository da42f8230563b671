import { hash } from 'node:crypto';

const NULL = Buffer.from('null');

/** An answer as a value, and as the JSON that is stored and sent; each is made from the other when it is first asked for. */
export class Json<Value> {
  private constructor(
    private json: Buffer | undefined,
    private parsed: { value: Value } | undefined,
    private tag?: string,
  ) {}

  static ofValue<Value>(value: Value): Json<Value> {
    return new Json(undefined, { value });
  }

  /** Encoded at once: changes to `value` have no effect, and nobody is given `value` itself. */
  static encoded<Value>(value: Value): Json<Value> {
    return new Json<Value>(Buffer.from(JSON.stringify(value)), undefined);
  }

  static ofBytes<Value>(bytes: Buffer, etag: string): Json<Value> {
    return new Json<Value>(bytes, undefined, etag);
  }

  /** The same bytes, and a value that nobody else has. */
  copy(): Json<Value> {
    return new Json<Value>(this.bytes, undefined, this.etag);
  }

  /** Bytes alone, in memory of their own: what was read from a connection shares a larger piece with other replies. */
  alone(): Json<Value> {
    const bytes = Buffer.allocUnsafeSlow(this.bytes.length);
    this.bytes.copy(bytes);
    return new Json<Value>(bytes, undefined, this.etag);
  }

  get value(): Value {
    this.parsed ??= { value: JSON.parse(this.bytes.toString()) as Value };
    return this.parsed.value;
  }

  get bytes(): Buffer {
    this.json ??= Buffer.from(JSON.stringify(this.value));
    return this.json;
  }

  /** A strong entity tag (RFC 9110, section 8.8.3). */
  get etag(): string {
    this.tag ??= `"${hash('sha1', this.bytes, 'base64url')}"`;
    return this.tag;
  }

  /** Without parsing. */
  get isNull(): boolean {
    return this.json ? this.json.equals(NULL) : this.value === null;
  }
}
