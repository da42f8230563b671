import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from 'redis';
import type { EngineAddress, EngineNode } from '../address/engine-address.js';
import { type ConnectionOptions, connectTo, answerWithin } from '../connecting/connect.js';
import { sentinelCredentials } from '../credentials/engine-credentials.js';
import { addressOf } from './cluster-map.js';

const WATCH_MS = 100;
const RETRY_FAILED_AFTER_MS = 250;

/** The primary that a sentinel names; null if it knows no primary of the configured name. */
type Answer = EngineNode | null;

/**
 * Queries the sentinels for the primary, each over a persistent connection.
 *
 * node-redis' own sentinel client leases a connection per command and retries a command whose reply was lost, so that it can be
 * executed twice (docs/decisions/0028-plain-clients.md).
 *
 * Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export class Sentinels {
  private readonly clients = new Map<EngineNode, RedisClientType>();
  /** The last answer of each sentinel, and when it was requested (`performance.now()`). */
  private readonly lastAnswers = new Map<EngineNode, { named: string; queriedAt: number }>();
  private isClosed = false;
  /** Pending queries, and failed ones for a short time, so that a silent sentinel is not queried continuously. */
  private readonly queries = new Map<EngineNode, Promise<Answer>>();
  private readonly options: ConnectionOptions;

  constructor(
    private readonly address: EngineAddress,
    options: ConnectionOptions,
    private readonly timeoutMs: number,
  ) {
    // A sentinel has no databases.
    this.options = { ...options, database: 0, credentials: sentinelCredentials(address) };
  }

  /**
   * The primary that the majority of the sentinels name. If half of them or more are down, the one that most of the others name.
   *
   * @throws {AggregateError} if no sentinel answers.
   * @throws {Error} UNKNOWNNAME if the majority knows no primary of that name. A sentinel that has just started may not know it yet.
   */
  async findPrimary(): Promise<EngineNode> {
    const answers = this.address.nodes.map((sentinel) => this.queryOnce(sentinel));
    const winner = (await majority(answers)) ?? (await plurality(answers));
    if (winner) return winner;
    const settled = await Promise.allSettled(answers);
    const answered = settled.filter(({ status }) => status === 'fulfilled');
    if (answered.length <= answers.length / 2) throw new Error('FEWSENTINELS most of the sentinels are down');
    throw new Error(`UNKNOWNNAME the sentinels know no "${this.address.primaryName ?? ''}"`);
  }

  /**
   * Resolves when the majority of the sentinels name another primary. The old primary's ROLE is not enough: the sentinels reconfigure
   * it only seconds after the promotion, and the writes that it acknowledges until then are lost.
   */
  async waitForOtherPrimary(primary: EngineNode, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(WATCH_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const named = await majority(this.address.nodes.map((sentinel) => this.queryOnce(sentinel)));
      if (named && addressOf(named) !== addressOf(primary)) return;
    }
  }

  /** Until when a majority of the sentinels certainly named this primary (`performance.now()`); `-Infinity` if they do not. */
  namedAt(primary: EngineNode): number {
    const name = addressOf(primary);
    const times = [...this.lastAnswers.values()]
      .filter(({ named }) => named === name)
      .map(({ queriedAt }) => queriedAt);
    const majoritySize = Math.floor(this.address.nodes.length / 2) + 1;
    return times.toSorted((one, other) => other - one)[majoritySize - 1] ?? Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.isClosed = true;
    for (const sentinel of this.clients.keys()) this.disconnect(sentinel);
  }

  private queryOnce(sentinel: EngineNode): Promise<Answer> {
    const pending = this.queries.get(sentinel);
    if (pending) return pending;
    const query = this.query(sentinel);
    this.queries.set(sentinel, query);
    const remove = () => void this.queries.delete(sentinel);
    query.then(remove, () => setTimeout(remove, RETRY_FAILED_AFTER_MS).unref());
    return query;
  }

  private async query(sentinel: EngineNode): Promise<Answer> {
    try {
      const client = this.clients.get(sentinel) ?? (await this.connect(sentinel));
      const command = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.address.primaryName ?? ''];
      const queriedAt = performance.now();
      const reply = client.sendCommand<[string, string] | null>(command);
      const answer = await answerWithin(this.timeoutMs, reply);
      const node = answer && { host: answer[0], port: Number(answer[1]) };
      this.lastAnswers.set(sentinel, { named: node ? addressOf(node) : '', queriedAt });
      return node;
    } catch (error) {
      this.disconnect(sentinel);
      throw error;
    }
  }

  private async connect(sentinel: EngineNode): Promise<RedisClientType> {
    const client = await connectTo(sentinel, this.options, this.timeoutMs);
    this.disconnect(sentinel);
    this.clients.set(sentinel, client);
    if (this.isClosed) this.close();
    return client;
  }

  private disconnect(sentinel: EngineNode): void {
    const client = this.clients.get(sentinel);
    this.clients.delete(sentinel);
    client?.destroy();
  }
}

/** Resolves as soon as more than half name the same node, or with undefined if they never do. */
async function majority(answers: Promise<Answer>[]): Promise<EngineNode | undefined> {
  const votes = new Map<string, number>();
  return new Promise((resolve) => {
    const count = (node: Answer): void => {
      const name = node ? addressOf(node) : '';
      votes.set(name, (votes.get(name) ?? 0) + 1);
      if (node && (votes.get(name) ?? 0) > answers.length / 2) resolve(node);
    };
    void Promise.allSettled(answers.map((answer) => answer.then(count))).then(() => resolve(undefined));
  });
}

/** The node that most sentinels name, once all have answered or failed. */
async function plurality(answers: Promise<Answer>[]): Promise<Answer> {
  await Promise.any(answers);
  const settled = await Promise.allSettled(answers);
  const named = settled.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
  );
  const votes = (node: EngineNode) => named.filter((other) => addressOf(other) === addressOf(node)).length;
  return named.toSorted((one, other) => votes(other) - votes(one))[0] ?? null;
}
