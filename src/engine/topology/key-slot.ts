import type { RedisArgument } from 'redis';
import { CrossSlotError } from '../engine.errors.js';

export const SLOTS = 16_384;

/** CRC16/XMODEM of each byte value. */
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80_00 ? (crc << 1) ^ 0x10_21 : crc << 1;
  return crc;
});

/** What places a key: its hash tag (the text between the first braces) if it has one, otherwise the whole key. */
export function placedBy<Key extends RedisArgument>(key: Key): Key {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  return close > open + 1 ? (key.slice(open + 1, close) as Key) : key;
}

/**
 * The cluster slot of a key.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function keySlot(key: RedisArgument): number {
  const hashed = placedBy(key);
  let crc = 0;
  for (let i = 0; i < hashed.length; i++) {
    const byte = typeof hashed === 'string' ? hashed.charCodeAt(i) : (hashed[i] ?? 0);
    // Only ASCII characters are single bytes.
    if (byte > 0x7f && typeof hashed === 'string') return keySlot(Buffer.from(hashed));
    crc = ((crc << 8) ^ (CRC16[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xff_ff;
  }
  return crc % SLOTS;
}

/**
 * The slot that all keys share; undefined without keys. It is also checked on a single server, so that code that works there works on
 * a cluster.
 *
 * @throws {CrossSlotError} if the keys are in different slots.
 */
export function commonSlot(command: string, keys: readonly RedisArgument[]): number | undefined {
  const [first, ...rest] = keys;
  if (first === undefined) return undefined;
  const slot = keySlot(first);
  if (rest.some((key) => keySlot(key) !== slot)) throw new CrossSlotError(command, keys.length);
  return slot;
}

/** Hash tags in slots that are spread evenly: a cluster of any number of shards, up to `count`, has about the same number on each. */
export function spreadHashTags(count: number): string[] {
  const tags: string[] = [];
  for (let n = 0; tags.filter(Boolean).length < count; n++) {
    const tag = n.toString(36);
    tags[Math.floor((keySlot(tag) * count) / SLOTS)] ??= tag;
  }
  return tags;
}
