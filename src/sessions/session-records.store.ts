import { defineScript, EngineError } from '../engine/index.js';
import { Sealing } from './sealing.js';
import type { JsonObject } from './session-changes.js';
import { SessionReplicas } from './session-replicas.store.js';
import { tell } from './sessions.channel.js';
import { SessionError } from './sessions.errors.js';
import { sessionKey } from './sessions.keys.js';
import type { SessionsStoreOptions } from './sessions.options.js';

/** Times in milliseconds since the epoch. */
export interface Lifetime {
  createdAt: number;
  lastSeenAt: number;
}

export interface SessionRecord extends Lifetime {
  /** Counts the changes of the content. */
  version: number;
  content: JsonObject;
}

/** `content` is null where it is sealed with a key that is not here. */
export type FoundSession = Omit<SessionRecord, 'content'> & { content: JsonObject | null };

/** `conflict`: somebody else changed it first, to this. `gone`: it has ended. */
export type Saved =
  | { state: 'saved'; version: number }
  | { state: 'conflict'; version: number; content: JsonObject }
  | { state: 'gone' };

/*
 * Data model (see sessions.keys.ts): a session is one hash. `payload` is its content, sealed for its key; beside it, in plain,
 * what the engine and the scripts must see: `version`, `createdAt`, `lastSeenAt`. Its time to live is what is left of the
 * idle or the absolute lifetime, whichever is less. Only CREATE makes a session; the others require that it exists.
 */

const CREATE = defineScript(
  'create a session',
  `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'payload', ARGV[1], 'version', 1, 'createdAt', ARGV[2], 'lastSeenAt', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`,
);

const SAVE = defineScript(
  'save a session',
  `local version = redis.call('HGET', KEYS[1], 'version')
if not version then return {} end
if version ~= ARGV[1] then return {version, redis.call('HGET', KEYS[1], 'payload')} end
redis.call('HSET', KEYS[1], 'payload', ARGV[2])
return {redis.call('HINCRBY', KEYS[1], 'version', 1)}`,
);

// Of many requests that find it due at the same time, the first moves it.
const SEE = defineScript(
  'see a session',
  `local seen = redis.call('HGET', KEYS[1], 'lastSeenAt')
if not seen then return 0 end
if ARGV[1] - seen < tonumber(ARGV[2]) then return tonumber(seen) end
redis.call('HSET', KEYS[1], 'lastSeenAt', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return tonumber(ARGV[1])`,
);

const REMOVE_UNCHANGED = defineScript(
  'end an unchanged session',
  `local version = redis.call('HGET', KEYS[1], 'version')
if not version then return nil end
if version ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`,
);

const LONGEST_STEP_MS = 60_000;

/** Sessions as the engine holds them, by handle. */
export class SessionRecords {
  private readonly sealing: Sealing;
  private readonly replicas: SessionReplicas;

  constructor(private readonly options: SessionsStoreOptions) {
    this.sealing = new Sealing(options.sealingKeys);
    this.replicas = new SessionReplicas(options.engine);
  }

  /** One command. null if there is none that holds. */
  async read(handle: string): Promise<SessionRecord | null> {
    const found = await this.find(handle);
    // Left to the engine's own expiry: by this clock it is over, which may be fast, or have a lifetime that was shortened since.
    if (!found?.content || this.remainingMs(found) <= 0) return null;
    return { ...found, content: found.content };
  }

  /** What the engine has, in one command; `content` is null where no key here opens it. One that is corrupt is removed. */
  async find(handle: string): Promise<FoundSession | null> {
    const fields = await this.fieldsOf(handle);
    // All are missing where there is no session.
    if (!fields || fields.every((field) => field === null)) return null;
    const [payload, ...numbers] = fields;
    const opened = this.sealing.open(payload ?? '', this.key(handle));
    if (opened.state === 'broken' || !numbers.every(isWholeNumber)) {
      await this.discard(handle);
      return null;
    }
    const [version = 0, createdAt = 0, lastSeenAt = 0] = numbers.map(Number);
    // An unknown key may be one that another node has already, or one that comes back: that session is left to expire.
    const content = opened.state === 'opened' ? (JSON.parse(opened.text) as JsonObject) : null;
    return { version, createdAt, lastSeenAt, content };
  }

  /** @throws {SessionError} E_SESSION_CONTENDED if the id is taken. */
  async create(handle: string, content: JsonObject, lifetime: Lifetime): Promise<void> {
    const { createdAt, lastSeenAt } = lifetime;
    const made = await this.options.engine.run(
      CREATE,
      [this.key(handle)],
      [this.seal(handle, content), `${createdAt}`, `${lastSeenAt}`, `${this.remainingMs(lifetime)}`],
    );
    if (made === 1) return;
    throw new SessionError('E_SESSION_CONTENDED', 'There is a session of this id already. Try again.');
  }

  async save(handle: string, version: number, content: JsonObject): Promise<Saved> {
    const [found, payload] = (await this.options.engine.run(
      SAVE,
      [this.key(handle)],
      [`${version}`, this.seal(handle, content)],
    )) as [(number | string)?, string?];
    if (found === undefined) return { state: 'gone' };
    if (payload === undefined) return { state: 'saved', version: Number(found) };
    const opened = this.sealing.open(payload, this.key(handle));
    if (opened.state !== 'opened') return { state: 'gone' };
    return { state: 'conflict', version: Number(found), content: JSON.parse(opened.text) as JsonObject };
  }

  /** Moves `lastSeenAt` to now if it is due. @returns where it stands; null if the session has ended. */
  async see(handle: string, { createdAt }: Lifetime): Promise<number | null> {
    const now = Date.now();
    const ttlMs = this.remainingMs({ createdAt, lastSeenAt: now });
    const seen = await this.options.engine.run(
      SEE,
      [this.key(handle)],
      [`${now}`, `${this.stepMs}`, `${ttlMs}`],
    );
    return Number(seen) || null;
  }

  /** @returns whether it was there. */
  async remove(handle: string): Promise<boolean> {
    return (await this.options.engine.client.unlink(this.key(handle))) > 0;
  }

  /** Removes it if it is as it was read. `changed`: somebody changed it since. `gone`: it has ended. */
  async removeUnchanged(handle: string, version: number): Promise<'removed' | 'changed' | 'gone'> {
    const removed = await this.options.engine.run(REMOVE_UNCHANGED, [this.key(handle)], [`${version}`]);
    if (removed === null) return 'gone';
    return removed === 1 ? 'removed' : 'changed';
  }

  /** Makes sure that a replica knows of their end. @returns false where a failover might undo it. */
  secureEnd(handles: readonly string[]): Promise<boolean> {
    return this.replicas.forget(handles.map((handle) => this.key(handle)));
  }

  isDue({ lastSeenAt }: Lifetime): boolean {
    return Date.now() - lastSeenAt >= this.stepMs;
  }

  idleEndOf({ createdAt, lastSeenAt }: Lifetime): number {
    return Math.min(lastSeenAt + this.options.idleSeconds * 1000, this.absoluteEndOf({ createdAt }));
  }

  absoluteEndOf({ createdAt }: Pick<Lifetime, 'createdAt'>): number {
    return createdAt + this.options.absoluteSeconds * 1000;
  }

  /** `lastSeenAt` moves in steps of this, so that being seen costs no write per request. */
  private get stepMs(): number {
    return Math.min(LONGEST_STEP_MS, this.options.idleSeconds * 100);
  }

  private remainingMs(lifetime: Lifetime): number {
    return this.idleEndOf(lifetime) - Date.now();
  }

  private async fieldsOf(handle: string): Promise<(string | null)[] | null> {
    const { client } = this.options.engine;
    const key = this.key(handle);
    try {
      return await client.hmGet(key, ['payload', 'version', 'createdAt', 'lastSeenAt']);
    } catch (error) {
      const isAnswer = error instanceof EngineError && error.outcome === 'failed';
      if (!isAnswer || ['hash', 'none'].includes(await client.type(key))) throw error;
      await this.discard(handle);
      return null;
    }
  }

  private seal(handle: string, content: JsonObject): string {
    return this.sealing.seal(JSON.stringify(content), this.key(handle));
  }

  private async discard(handle: string): Promise<void> {
    await this.remove(handle);
    tell({ event: 'refused', reason: 'corrupt', handle });
  }

  private key(handle: string): string {
    return sessionKey(this.options.keyPrefix, handle);
  }
}

/** No more than 15 digits, so that a time is one that a Date can have. */
function isWholeNumber(text: string | null): boolean {
  return text !== null && /^\d{1,15}$/.test(text);
}
