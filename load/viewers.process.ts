import { build } from 'hdr-histogram-js';
import { io, type Socket } from 'socket.io-client';
import { Decoder, Encoder, type Packet } from 'socket.io-parser';
import type { CompactChanges } from '../src/leaderboard/leaderboard.wire.js';
import { ageOf, type Audience, type Heard } from './audience.js';

const atOnce = 50;
const answerWithinMs = 10_000;

const audience = JSON.parse(process.argv[2] ?? '') as Audience;
const ages = build({ highestTrackableValue: 120_000, numberOfSignificantValueDigits: 3 });
const heard = { messages: 0, bytes: 0, behind: 0 };
let isCounting = false;
let before = process.cpuUsage();
let countsSince = performance.now();

/** All of a room are sent the same text at the same time: it is parsed once, as one viewer on a machine of its own would. */
const newest: { text?: string; packet?: Packet } = {};

class SharedDecoder extends Decoder {
  override add(text: string): void {
    if (text !== newest.text) {
      newest.text = text;
      this.once('decoded', (packet: Packet) => (newest.packet = packet));
      super.add(text);
      return;
    }
    if (newest.packet) this.emitReserved('decoded', { ...newest.packet });
  }
}

const parser = { Encoder, Decoder: SharedDecoder };

// Whoever started this is gone.
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
  const socket = io(`${audience.url}/leaderboard`, { transports: ['websocket'], forceNew: true, parser });
  const { board, top } = audience;
  await socket.timeout(answerWithinMs).emitWithAck('watch', { board, window: 'all', top, compact: true });
  socket.on('changes', record);
  socket.on('behind', () => heard.behind++);
  socket.on('disconnect', () => heard.behind++);
  countBytes(socket);
}

function record({ entries }: CompactChanges): void {
  if (!isCounting) return;
  heard.messages++;
  for (const [, , score] of entries) {
    const age = ageOf(score);
    if (age !== null) ages.recordValue(Math.max(1, Math.round(age)));
  }
}

/** Of messages; a websocket frame adds four. */
function countBytes(socket: Socket): void {
  socket.io.engine.on('packet', ({ data }: { data?: unknown }) => {
    if (isCounting && typeof data === 'string') heard.bytes += Buffer.byteLength(data);
  });
}

function report(): Heard {
  const { user, system } = process.cpuUsage(before);
  const cores = (user + system) / 1_000 / (performance.now() - countsSince);
  return { ...heard, cores, p50Ms: ages.getValueAtPercentile(50), p99Ms: ages.getValueAtPercentile(99) };
}
