export const SLOTS = 16_384;

/** The cluster slot of a hash tag: CRC16 (XMODEM), see appendix A of the cluster specification. Independent of the engine's own code. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}

/** Returns `count` tags whose slots are below `limit`. */
export function tagsBelow(limit: number, count: number): string[] {
  const tags: string[] = [];
  for (let number = 0; tags.length < count; number++) {
    if (slotOf(`low${number}`) < limit) tags.push(`low${number}`);
  }
  return tags;
}
