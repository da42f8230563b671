import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../measuring/seeded-random.js';

const SEED = 2001;
const ROUNDS = 40;
const ROUND_MS = 100;
const READS_PER_ROUND = 48;
const WRITES_PER_ROUND = 2;
/** The reads of a round are concurrent, and the writes happen while they are answered. */
const READS_WITHIN_MS = 10;
const WRITES_WITHIN_MS = 30;
const SHARE_OF_UNKNOWN = 0.15;
/** Requests without an answer by then count as failed. Long, so that a busy machine does not look broken. */
export const TIMEOUT_MS = 4_000;

export const KNOWN = codes('A', 60);
const UNKNOWN = codes('X', 10);

export const WORKLOAD =
  `${ROUNDS * READS_PER_ROUND} reads and ${ROUNDS * WRITES_PER_ROUND} writes on 3 nodes, drawn once, at the same moments for each step: every ${ROUND_MS} ms ${READS_PER_ROUND} callers come within\n` +
  `${READS_WITHIN_MS} ms and ${WRITES_PER_ROUND} changes within ${WRITES_WITHIN_MS} ms, over ${KNOWN.length} airports by Zipf's law; ${SHARE_OF_UNKNOWN * 100}% of the reads ask for one of ${UNKNOWN.length} that do not exist.`;

interface Call {
  method: 'GET' | 'PUT';
  code: string;
  node: number;
  atMs: number;
}

/** What the callers observed. */
export interface Outcome {
  requests: number;
  /** Reads that were not answered from memory. */
  waited: number;
  /** Reads that returned a value older than a write that was acknowledged before they were sent. */
  old: number;
  /** Requests without an answer in time, or with an unexpected error. */
  failed: number;
  /** The longest delay between the scheduled time of a call and the call, which the machine causes. */
  latestMs: number;
}

/** Generated once: every step gets the same calls at the same times. */
const CALLS = drawCalls();

/** Makes all calls to nodes on these ports, and calls back halfway, for example to kill a server. */
export async function work(ports: readonly number[], halfway?: () => Promise<void>): Promise<Outcome> {
  const callers = new Callers(ports);
  const startedAt = performance.now();
  const make = (call: Call) => callers.make(call, performance.now() - startedAt - call.atMs);
  const disturbed = halfway && wait((ROUNDS * ROUND_MS) / 2).then(halfway);
  await Promise.all(CALLS.map((call) => wait(call.atMs).then(() => make(call))));
  await disturbed;
  callers.leave();
  return callers.outcome;
}

class Callers {
  readonly outcome: Outcome = { requests: 0, waited: 0, old: 0, failed: 0, latestMs: 0 };
  private readonly acknowledged = new Map<string, number>();
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly ports: readonly number[]) {}

  async make(call: Call, lateMs: number): Promise<void> {
    const { method, code } = call;
    this.outcome.latestMs = Math.max(this.outcome.latestMs, lateMs);
    const newest = this.acknowledged.get(code) ?? 0;
    const isKnown = code.startsWith('A');
    this.outcome.requests++;
    const { status, isHit, body } = await this.send(call).catch(() => NO_REPLY);
    if (status !== (isKnown ? 200 : 404)) {
      this.outcome.failed++;
      return;
    }
    const revision = isKnown ? (JSON.parse(body) as { revision: number }).revision : 0;
    if (method === 'PUT') {
      this.acknowledged.set(code, Math.max(revision, this.acknowledged.get(code) ?? 0));
      return;
    }
    if (!isHit) this.outcome.waited++;
    if (revision < newest) this.outcome.old++;
  }

  leave(): void {
    this.agent.destroy();
  }

  private send({ method, code, node }: Call): Promise<Reply> {
    const { agent, ports } = this;
    const options = { host: '127.0.0.1', port: ports[node], method, agent, path: `/airports/${code}` };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const sent = request({ ...options, signal }, (response) => {
        const { 'x-cache': stock = '', 'cache-status': ours = '' } = response.headers;
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            isHit: stock === 'HIT' || String(ours).includes('; hit'),
            body,
          }),
        );
      });
      sent.on('error', reject).end();
    });
  }
}

interface Reply {
  status: number | undefined;
  isHit: boolean;
  body: string;
}

const NO_REPLY: Reply = { status: undefined, isHit: false, body: '' };

function drawCalls(): Call[] {
  const random = seededRandom(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  const known = zipf(KNOWN, random);
  const unknown = zipf(UNKNOWN, random);
  const node = () => below(3);
  return Array.from({ length: ROUNDS }, (_, round) => [
    ...Array.from({ length: READS_PER_ROUND }, (): Call => {
      const code = random() < SHARE_OF_UNKNOWN ? unknown() : known();
      return { method: 'GET', code, node: node(), atMs: round * ROUND_MS + below(READS_WITHIN_MS) };
    }),
    ...Array.from({ length: WRITES_PER_ROUND }, (): Call => {
      return { method: 'PUT', code: known(), node: node(), atMs: round * ROUND_MS + below(WRITES_WITHIN_MS) };
    }),
  ]).flat();
}

/** The nth is 1/n times as frequent as the first. */
function zipf(choices: readonly string[], random: () => number): () => string {
  const weights = choices.map((_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return () => {
    let left = random() * total;
    return choices.find((_, i) => (left -= weights[i] ?? 0) < 0) ?? choices[0] ?? '';
  };
}

function codes(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${String(i).padStart(2, '0')}`);
}
