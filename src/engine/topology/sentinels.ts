import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from 'redis';
import type { EngineAddress, EngineNode } from '../address/engine-url.js';
import { addressOf } from './cluster-map.js';
import { type ConnectionOptions, connectTo, withinTime } from '../connecting/connect.js';

const WATCH_MS = 100;
const ASK_AGAIN_AFTER_MS = 250;

/**
 * The sentinels that say where the primary is, each asked over a connection that is kept.
 *
 * node-redis' own sentinel client leases connections per command and retries a command whose reply was lost, which can
 * execute it twice. Asking for the address and checking `ROLE`, as the sentinel client guidelines say, does neither.
 *
 * Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export class Sentinels {
  private readonly clients = new Map<EngineNode, RedisClientType>();
  private isClosed = false;
  /** Questions on their way, and those that failed just now: a silent sentinel is not asked over and over. */
  private readonly asked = new Map<EngineNode, Promise<EngineNode | null>>();

  constructor(
    private readonly address: EngineAddress,
    private readonly options: ConnectionOptions,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Where most sentinels say the primary is; with half of them away, what those that are left say.
   *
   * @throws {AggregateError} if none answers. That the name is wrong takes a majority to say: a sentinel that has just started
   * may not know it yet.
   */
  async findPrimary(): Promise<EngineNode> {
    const answers = this.address.nodes.map((sentinel) => this.ask(sentinel));
    const winner = (await majority(answers)) ?? (await plurality(answers));
    if (winner) return winner;
    const settled = await Promise.allSettled(answers);
    const ignorant = settled.filter(({ status }) => status === 'fulfilled');
    if (ignorant.length <= answers.length / 2) throw new Error('FEWSENTINELS most of them are away');
    throw new Error(`UNKNOWNNAME the sentinels know no "${this.address.primaryName ?? ''}"`);
  }

  /**
   * Resolves when most sentinels name another primary. Its ROLE does not tell: they reconfigure the old primary only seconds
   * after they have promoted another, and what it acknowledges meanwhile is lost.
   */
  async waitForOtherPrimary(primary: EngineNode, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(WATCH_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const named = await majority(this.address.nodes.map((sentinel) => this.ask(sentinel)));
      if (named && addressOf(named) !== addressOf(primary)) return;
    }
  }

  close(): void {
    this.isClosed = true;
    for (const sentinel of this.clients.keys()) this.disconnect(sentinel);
  }

  private ask(sentinel: EngineNode): Promise<EngineNode | null> {
    const asked = this.asked.get(sentinel) ?? this.query(sentinel);
    if (!this.asked.has(sentinel)) {
      this.asked.set(sentinel, asked);
      const forget = () => void this.asked.delete(sentinel);
      asked.then(forget, () => setTimeout(forget, ASK_AGAIN_AFTER_MS).unref());
    }
    return asked;
  }

  /** null if it knows no primary of that name. */
  private async query(sentinel: EngineNode): Promise<EngineNode | null> {
    try {
      const client = this.clients.get(sentinel) ?? (await this.connect(sentinel));
      const answer = await withinTime(
        this.timeoutMs,
        client.sendCommand<[string, string] | null>([
          'SENTINEL',
          'GET-MASTER-ADDR-BY-NAME',
          this.address.primaryName ?? '',
        ]),
      );
      return answer && { host: answer[0], port: Number(answer[1]) };
    } catch (error) {
      this.disconnect(sentinel);
      throw error;
    }
  }

  private async connect(sentinel: EngineNode): Promise<RedisClientType> {
    // A sentinel has no databases.
    const client = await connectTo(sentinel, { ...this.options, database: 0 }, { timeoutMs: this.timeoutMs });
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

type Answers = Promise<EngineNode | null>[];

/** As soon as more than half agree; undefined if they never do. */
async function majority(answers: Answers): Promise<EngineNode | undefined> {
  const votes = new Map<string, number>();
  return new Promise((resolve) => {
    const count = (node: EngineNode | null): void => {
      const name = node ? addressOf(node) : '';
      votes.set(name, (votes.get(name) ?? 0) + 1);
      if (node && (votes.get(name) ?? 0) > answers.length / 2) resolve(node);
    };
    void Promise.allSettled(answers.map((answer) => answer.then(count))).then(() => resolve(undefined));
  });
}

async function plurality(answers: Answers): Promise<EngineNode | null> {
  await Promise.any(answers);
  const settled = await Promise.allSettled(answers);
  const named = settled.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
  );
  const votes = (node: EngineNode) => named.filter((other) => addressOf(other) === addressOf(node)).length;
  return named.toSorted((one, other) => votes(other) - votes(one))[0] ?? null;
}
