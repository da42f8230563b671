import { once } from 'node:events';
import { build } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import type { WatchRequest } from '../../src/leaderboard/live/leaderboard.wire.js';
import { ageOf, type Audience, type Heard, NAMESPACES, newScoresIn } from './audience.js';

/*
 * Viewers that speak the protocol of Socket.IO over bare websockets: 2,000 Socket.IO clients in one process use more CPU than the
 * server that is measured. The first digits of a message are its packet types in Engine.IO and Socket.IO.
 */
const OPEN = '0';
const PING = '2';
const PONG = '3';

const atOnce = 50;
const answerWithinMs = 10_000;

const audience = JSON.parse(process.argv[2] ?? '') as Audience;
const namespace = NAMESPACES[audience.side];
const CONNECT = `40${namespace},`;
const EVENT = `42${namespace},`;
const ACKNOWLEDGEMENT = `43${namespace},`;
const ages = build({ highestTrackableValue: 120_000, numberOfSignificantValueDigits: 3 });
const heard = { messages: 0, bytes: 0, behind: 0 };
/** All viewers get the same message at the same time, so it is parsed once: real viewers would parse it on their own machines. */
const newest = { message: Buffer.alloc(0) as Buffer, sent: new Map<number, number>() };
let isCounting = false;
let before = process.cpuUsage();
let countsSince = performance.now();

// The parent process ended.
process.on('disconnect', () => process.exit());
process.on('message', (order) => {
  isCounting = order === 'count';
  if (isCounting) [before, countsSince] = [process.cpuUsage(), performance.now()];
  if (order === 'report') process.send?.(report());
});

for (let i = 0; i < audience.viewers; i += atOnce) {
  const several = Array.from({ length: Math.min(atOnce, audience.viewers - i) }, enter);
  await Promise.all(several);
}
process.send?.('watching');

async function enter(): Promise<void> {
  const url = new URL('/socket.io/?EIO=4&transport=websocket', audience.url);
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const signal = AbortSignal.timeout(answerWithinMs);
  await expect(socket, OPEN, signal);
  socket.send(CONNECT);
  await expect(socket, CONNECT, signal);
  // The textbook sends every board to everybody.
  if (audience.side === 'module') await watch(socket, signal);
  socket.on('message', (message: Buffer) => receive(socket, message));
  socket.on('close', () => heard.behind++);
}

async function watch(socket: WebSocket, signal: AbortSignal): Promise<void> {
  const { board, top } = audience;
  const request: WatchRequest = { board, window: 'all', top };
  socket.send(`${EVENT}0${JSON.stringify(['watch', request])}`);
  const answer = await expect(socket, ACKNOWLEDGEMENT, signal);
  if (answer.includes('"error"')) throw new Error(`The app rejected a viewer: ${answer}`);
}

async function expect(socket: WebSocket, start: string, signal: AbortSignal): Promise<string> {
  const [message] = (await once(socket, 'message', { signal })) as [Buffer];
  const text = message.toString();
  if (text.startsWith(start)) return text;
  throw new Error(`A viewer expected a message that starts with ${start} and received ${text.slice(0, 200)}`);
}

function receive(socket: WebSocket, message: Buffer): void {
  if (!message.equals(newest.message)) {
    const text = message.toString();
    if (text === PING) return socket.send(PONG);
    const event = JSON.parse(text.slice(EVENT.length)) as Parameters<typeof newScoresIn>[0];
    if (event[0] === 'behind') heard.behind++;
    const scores = newScoresIn(event);
    if (!scores) return;
    newest.message = message;
    newest.sent = new Map();
    for (const score of scores) newest.sent.set(score, 1 + (newest.sent.get(score) ?? 0));
  }
  if (isCounting) record(message);
}

/** Counts the bytes of the message. A websocket frame adds four. */
function record(message: Buffer): void {
  heard.messages++;
  heard.bytes += message.length;
  for (const [score, changes] of newest.sent) {
    const age = ageOf(score);
    if (age !== null) ages.recordValueWithCount(Math.max(1, Math.round(age)), changes);
  }
}

function report(): Heard {
  const { user, system } = process.cpuUsage(before);
  const cores = (user + system) / 1_000 / (performance.now() - countsSince);
  return { ...heard, cores, p50Ms: ages.getValueAtPercentile(50), p99Ms: ages.getValueAtPercentile(99) };
}
