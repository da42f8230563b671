import { ErrorReply, type RedisClientType } from 'redis';
import type { Capabilities } from '../capabilities/capabilities.js';
import { ENGINE_COMMANDS } from '../capabilities/command-use.js';

/**
 * A script without the flag `no-writes` is rejected while the server refuses writes. This one has no key, so every node of a cluster
 * runs it, and it changes nothing. Servers before Redis 7 do not know script flags: their answer says nothing about writes.
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

/** Detects a server that answers but refuses writes: full memory, a full disk or missing replicas. */
export class WriteProbe {
  /** Why the server refuses writes, as the end of a sentence after its address. Null if it accepts them, or cannot tell. */
  refusal: string | null = null;
  private checkedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: RedisClientType,
    private readonly commands: Capabilities,
    private readonly onChange: () => void,
  ) {}

  /** Does nothing if the last check is less than a second old. Never rejects: the heartbeat detects a lost connection. */
  async check(): Promise<void> {
    const now = performance.now();
    if (now - this.checkedAt < INTERVAL_MS) return;
    this.checkedAt = now;
    const before = this.refusal;
    this.refusal = await this.commands
      .attempt(ENGINE_COMMANDS.writeProbe, () => this.client.sendCommand(['EVAL', HARMLESS_WRITE, '0']))
      .then(() => null, explainRefusal);
    if (this.refusal !== before) this.onChange();
  }
}

function explainRefusal(error: unknown): string | null {
  const [code = ''] = error instanceof ErrorReply ? error.message.split(' ', 1) : [];
  return REFUSALS.get(code) ?? null;
}
