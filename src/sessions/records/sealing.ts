import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  id: string;
  key: Buffer;
}

/**
 * - `opened`: by one of the keys. - `unknown-key`: sealed with a key that is not here, any more or yet.
 * - `broken`: nothing that these keys sealed, changed since, or sealed for another place.
 */
export type Opened = { state: 'opened'; text: string } | { state: 'unknown-key' | 'broken' };

/**
 * Seals text with AES-256-GCM (NIST SP 800-38D): `<key id>.<iv, tag and ciphertext in base64url>`. What is sealed for one
 * place, which is its associated data, opens at no other.
 *
 * The first key seals, every key opens, so keys can be rotated without losing anything.
 */
export class Sealing {
  private readonly keys: SealingKey[];

  /** @param keys 32 bytes in base64 each, newest first. */
  constructor(keys: readonly string[]) {
    this.keys = keys.map((text) => {
      const key = Buffer.from(text, 'base64');
      return { key, id: createHash('sha256').update(key).digest('base64url').slice(0, 8) };
    });
  }

  seal(text: string, place: string): string {
    const [newest] = this.keys;
    if (!newest) throw new Error('There is no sealing key. Give at least one.');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, newest.key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  open(sealed: string, place: string): Opened {
    const [, id, payload = ''] = /^([\w-]{8})\.([\w-]+)$/.exec(sealed) ?? [];
    const bytes = Buffer.from(payload, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return { state: 'broken' };
    const key = this.keys.find((candidate) => candidate.id === id)?.key;
    if (!key) return { state: 'unknown-key' };
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return { state: 'opened', text: Buffer.concat([opened, decipher.final()]).toString('utf8') };
    } catch {
      return { state: 'broken' };
    }
  }
}
