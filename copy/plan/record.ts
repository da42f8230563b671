import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { CopyError } from '../copy-error.js';

/** In the target: what was copied, and from where. */
export const RECORD = '.caching-copy/record.json';
/** In the target: the text of each file as it was copied, which is the base of three-way merges. Here, because not every target can reach the commit. */
export const ORIGINALS = '.caching-copy/originals.json.br';
/** The default, 11, takes seconds and saves a tenth of the bytes. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

const versionsSchema = z.record(z.string(), z.string());

const recordSchema = z.object({
  origin: z.object({ name: z.string(), version: z.string(), commit: z.string().nullable() }),
  folder: z.string(),
  /** The modules that were named. */
  modules: z.array(z.string()),
  /** Those with the templates they need. */
  templates: z.array(z.string()),
  /** The versions that a copy wrote. */
  packages: versionsSchema,
  /** The SHA-256 of each file as it was copied, by its path in the target. */
  files: versionsSchema,
});

export type CopyRecord = z.infer<typeof recordSchema>;

/** The record of a target with the text of each file as it was copied; null if nothing was copied. @throws {CopyError} if it is damaged. */
export function readRecord(root: string): { record: CopyRecord; originals: Map<string, string> } | null {
  if (!existsSync(join(root, RECORD))) return null;
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(join(root, RECORD), 'utf8')));
    const texts = versionsSchema.parse(
      JSON.parse(brotliDecompressSync(readFileSync(join(root, ORIGINALS))).toString('utf8')),
    );
    for (const [path, hash] of Object.entries(record.files))
      if (hashOf(texts[path] ?? '') !== hash) throw new Error(`${path} is not as it was copied.`);
    return { record, originals: new Map(Object.entries(texts)) };
  } catch (cause) {
    throw new CopyError(
      `${RECORD} and ${ORIGINALS} of the target do not belong together or cannot be read. Restore both from version control.`,
      { cause },
    );
  }
}

/** The two files of a record. */
export function writeRecord(
  record: Omit<CopyRecord, 'files'>,
  originals: ReadonlyMap<string, string>,
): Map<string, string | Buffer> {
  const sorted = [...originals].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = Object.fromEntries(sorted.map(([path, text]) => [path, hashOf(text)]));
  return new Map<string, string | Buffer>([
    [RECORD, `${JSON.stringify({ ...record, files }, null, 2)}\n`],
    [ORIGINALS, brotliCompressSync(JSON.stringify(Object.fromEntries(sorted)), COMPRESSION)],
  ]);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
