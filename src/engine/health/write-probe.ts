import { ErrorReply, type RedisClientType } from 'redis';

/**
 * Without the flag `no-writes`, a server refuses this script while it refuses writes. It has no key, so that every node of a
 * cluster runs it, and changes nothing. Servers before Redis 7 do not know the flags, so their
 * answer says nothing about writes.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags
 */
const HARMLESS_WRITE = '#!lua\nreturn 1';
const INTERVAL_MS = 1_000;

const REFUSALS = new Map([
  ['OOM', 'is full and refuses writes (OOM). Raise its maxmemory, or delete data.'],
  ['MISCONF', 'refuses writes, because it could not save to disk (MISCONF). See its log.'],
  ['NOREPLICAS', 'refuses writes, because too few replicas are connected (NOREPLICAS). Start them, or wait.'],
  ['LOADING', 'is loading its data and refuses commands (LOADING). Wait.'],
]);

/** Whether a server that answers also accepts writes: full memory, a full disk and missing replicas do not show otherwise. */
export class WriteProbe {
  /** What the server answers to writes, as the end of a sentence about it; null while it accepts them, or does not say. */
  refusal: string | null = null;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: RedisClientType,
    private readonly onChange: () => void,
  ) {}

  /** At most once a second. Never rejects: a connection that is lost is noticed elsewhere. */
  async check(): Promise<void> {
    const now = performance.now();
    if (now - this.askedAt < INTERVAL_MS) return;
    this.askedAt = now;
    const before = this.refusal;
    this.refusal = await this.client
      .sendCommand(['EVAL', HARMLESS_WRITE, '0'])
      .then(() => null, explainRefusal);
    if (this.refusal !== before) this.onChange();
  }
}

function explainRefusal(error: unknown): string | null {
  const [code = ''] = error instanceof ErrorReply ? error.message.split(' ', 1) : [];
  return REFUSALS.get(code) ?? null;
}
