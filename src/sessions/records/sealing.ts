import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  id: string;
  key: Buffer;
}

/**
 * - `opened`: one of the keys opens it.
 * - `unknown-key`: sealed with a key that was removed, or that this node does not have yet.
 * - `broken`: not sealed by this class, changed since, or sealed for another context.
 */
export type Opened = { state: 'opened'; text: string } | { state: 'unknown-key' | 'broken' };

/**
 * Seals text with AES-256-GCM (NIST SP 800-38D): `<key id>.<iv, tag and ciphertext in base64url>`. The context is the associated
 * data: text that was sealed for one engine key does not open under another.
 *
 * The first key seals and every key opens, so keys can be rotated.
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

  seal(text: string, context: string): string {
    const [newest] = this.keys;
    if (!newest) throw new Error('There is no sealing key. Set at least one.');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, newest.key, iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  open(sealed: string, context: string): Opened {
    const [, id, payload = ''] = /^([\w-]{8})\.([\w-]+)$/.exec(sealed) ?? [];
    const bytes = Buffer.from(payload, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return { state: 'broken' };
    const key = this.keys.find((candidate) => candidate.id === id)?.key;
    if (!key) return { state: 'unknown-key' };
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return { state: 'opened', text: Buffer.concat([opened, decipher.final()]).toString('utf8') };
    } catch {
      return { state: 'broken' };
    }
  }
}
