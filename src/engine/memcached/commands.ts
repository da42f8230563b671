const MAX_KEY_BYTES = 250;
/** Memcached reads more as a date. */
export const MAX_LIFE_SECONDS = 30 * 24 * 60 * 60;
/** All but printable ASCII without the space, and code points above ASCII. */
const FORBIDDEN_IN_KEYS = /[^!-~\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]/u;

/** A command that is ready to be sent. */
export interface MemcachedCommand {
  name: 'get' | 'delete' | 'touch' | 'set' | 'add';
  key: string;
  bytes: Buffer;
  /** A value follows the first line. */
  hasValue: boolean;
}

/** @throws {TypeError} if Memcached cannot have this key. */
export function keyCommand(name: 'get' | 'delete', key: string): MemcachedCommand {
  return { name, key, bytes: Buffer.from(`${name} ${checkedKey(key)}\r\n`), hasValue: false };
}

/**
 * @throws {TypeError} if Memcached cannot have this key.
 * @throws {RangeError} if the life is not between 1 second and 30 days.
 */
export function touchCommand(key: string, lifeSeconds: number): MemcachedCommand {
  const line = `touch ${checkedKey(key)} ${checkedLife(lifeSeconds)}\r\n`;
  return { name: 'touch', key, bytes: Buffer.from(line), hasValue: false };
}

/**
 * Contains a copy of the value, so the caller may change it afterwards. The flags are 0.
 *
 * @throws {TypeError} if Memcached cannot have this key.
 * @throws {RangeError} if the life is not between 1 second and 30 days.
 */
export function storageCommand(
  name: 'set' | 'add',
  key: string,
  value: string | Buffer,
  lifeSeconds: number,
): MemcachedCommand {
  const block = typeof value === 'string' ? Buffer.from(value) : value;
  const line = `${name} ${checkedKey(key)} 0 ${checkedLife(lifeSeconds)} ${block.length}\r\n`;
  const bytes = Buffer.concat([Buffer.from(line), block, Buffer.from('\r\n')]);
  return { name, key, bytes, hasValue: true };
}

function checkedKey(key: string): string {
  const length = Buffer.byteLength(key);
  if (length === 0 || length > MAX_KEY_BYTES) {
    throw new TypeError(
      `A key of Memcached has 1 to ${MAX_KEY_BYTES} bytes, not ${length}. Use a digest of the key.`,
    );
  }
  if (FORBIDDEN_IN_KEYS.test(key)) {
    throw new TypeError(
      'A key of Memcached has no spaces, control characters or lone surrogates. Encode the key, or use a digest of it.',
    );
  }
  return key;
}

function checkedLife(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_LIFE_SECONDS) return seconds;
  throw new RangeError(
    `A value in Memcached cannot live for ${seconds} seconds. Give whole seconds from 1 to ${MAX_LIFE_SECONDS} (30 days).`,
  );
}
