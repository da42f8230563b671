import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  id: string;
  key: Buffer;
}

/**
 * Seals text with AES-256-GCM (NIST SP 800-38D): `<key id>.<iv, tag and ciphertext in base64url>`.
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

  seal(text: string): string {
    const [newest] = this.keys;
    if (!newest) throw new Error('There is no sealing key. Give at least one.');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, newest.key, iv);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** null for anything these keys did not seal, or that was changed since. */
  open(sealed: string): string | null {
    const [id, payload = ''] = sealed.split('.');
    const key = this.keys.find((candidate) => candidate.id === id)?.key;
    const bytes = Buffer.from(payload, 'base64url');
    if (!key || bytes.length < IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
