import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { answerOf, openCacheNode, routes } from './cache-node.js';

interface Load {
  invalidationsPerSecond: number;
  readers: number;
}

const TICK_MS = 10;
const OTHER_TAGS = 100;

/** Another node: invalidates the tag that it receives, and answers with the time of the confirmation, in the clock of the machine. */
const [url = '', load = ''] = process.argv.slice(2);
const node = await openCacheNode(url);
async function invalidate(tag: string): Promise<void> {
  const isConfirmed = await node.cache.invalidateTag(tag);
  process.send?.(isConfirmed ? performance.timeOrigin + performance.now() : Number.NaN);
}

async function invalidateOthers({ invalidationsPerSecond }: Load, signal: AbortSignal): Promise<void> {
  let number = 0;
  for (; !signal.aborted; await delay(TICK_MS)) {
    const due = (invalidationsPerSecond * TICK_MS) / 1_000;
    for (let i = 0; i < due; i++) void node.cache.invalidateTag(`airport:${number++ % OTHER_TAGS}`);
  }
}

/** Without a local tier, so that every hit is a round trip. */
async function readFromEngine({ readers }: Load, signal: AbortSignal): Promise<void> {
  const reading = await openCacheNode(url, { localTierBytes: 0 });
  const query = reading.cache.define(routes('load', answerOf(2_000)));
  const loops = Array.from({ length: readers }, async (_, i) => {
    for (let limit = i; !signal.aborted; limit++)
      await query.get({ origin: `${limit % OTHER_TAGS}`, limit: i });
  });
  await Promise.all(loops);
  await reading.close();
}

const ended = new AbortController();
const loads = load
  ? [invalidateOthers, readFromEngine].map((run) => run(JSON.parse(load) as Load, ended.signal))
  : [];
process.on('message', (tag: string) => void invalidate(tag));
process.send?.(0);
await once(process, 'disconnect');
ended.abort();
await Promise.all(loads);
await node.close();
