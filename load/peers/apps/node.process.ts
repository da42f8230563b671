import { once } from 'node:events';
import type { AnswerKey, Message, Question, Range, Reply } from '../protocol.js';
import { database } from './database.js';
import type { StartPeer } from './peer.js';

/** One node of a side: `node.process.js FILE ENGINE_URL`. It sends its port and answers questions until its parent disconnects. */
const [file = '', url = ''] = process.argv.slice(2);
const { start } = (await import(`./${file}.js`)) as { start: StartPeer };
const peer = await start(url);

const answers: Record<Question, (argument: unknown) => unknown> = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  loads: () => database.queries,
  write: (version) => (database.version = version as number),
  delay: (ms) => (database.delayMs = ms as number),
  invalidate: (answer) => peer.invalidate(answer as AnswerKey),
  copy: (url) => peer.copy(url as string),
  fill: (range) => peer.fill(range as Range),
  ping: (count) => peer.ping(count as number),
};

async function reply({ number, question, argument }: Message): Promise<void> {
  const outcome: Omit<Reply, 'number'> = await Promise.resolve(argument)
    .then(answers[question])
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    );
  process.send?.({ number, ...outcome } satisfies Reply);
}

process.on('message', (message: Message) => void reply(message));
process.send?.(peer.port);
await once(process, 'disconnect');
// A library may wait for an engine that is gone.
setTimeout(() => process.exit(), 2_000).unref();
await peer.close();
process.exit();
