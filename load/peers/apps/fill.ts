import type { INestApplication } from '@nestjs/common';
import { createClient } from 'redis';
import type { QueryDefinition } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { QueryCacheStore } from '../../../src/query-cache/tiers/query-cache.store.js';
import { writeEnvelope } from '../../../src/query-cache/tiers/envelope.js';
import type { AnswerKey, Range } from '../protocol.js';
import { type Answer, database } from './database.js';
import { redisUrl, TTL_SECONDS } from './peer.js';

const AT_ONCE = 100;
/** As long as those of `ValidityTokens`. */
const TOKEN = `AAAAAAAAAAAAAAAA.${2 * TTL_SECONDS}`;

/**
 * Stores one answer under the keys of all answers of the range, as if each had been loaded. A million loads would take minutes: each has a
 * lease, and waits for it.
 */
export async function fill(
  app: INestApplication,
  { url, definition }: { url: string; definition: QueryDefinition<AnswerKey, Answer> },
  { bytes, from, to }: Range,
): Promise<void> {
  const store = app.get(QueryCacheStore, { strict: false });
  // Without the deadline of the engine: nothing else is measured meanwhile.
  const client = createClient({ url: redisUrl(url) }).on('error', () => undefined);
  await client.connect();
  const query = new Query(definition);
  const json = Buffer.from(JSON.stringify(await database.query({ bytes, id: '' })));
  const answer = { bytes: json, etag: '"fill"', begunAt: performance.now(), loadedAt: Date.now() };
  const put = async (id: string): Promise<void> => {
    const { entry, tokenKeys } = store.keys.keysOf(query, { bytes, id });
    const validityTokens = tokenKeys.map(() => TOKEN);
    const life = { freshMs: 1000 * TTL_SECONDS, staleMs: 0 };
    const envelope = { ...answer, ...life, validityTokens, valueTokenKeys: [] };
    await Promise.all([
      ...tokenKeys.map((key) => client.setEx(key, 2 * TTL_SECONDS, TOKEN)),
      client.setEx(entry, TTL_SECONDS, writeEnvelope(envelope)),
    ]);
  };
  let next = from;
  const loops = Array.from({ length: AT_ONCE }, async () => {
    while (next < to) await put(String(next++));
  });
  await Promise.all(loops);
  client.destroy();
}
