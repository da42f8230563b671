import { EngineError } from '../../engine/index.js';
import { EndedSessions } from './ended-sessions.js';
import { Sealing } from './sealing.js';
import { isObject, type JsonObject } from '../content/json-changes.js';
import { maxAgeOf } from '../content/session-cookie.js';
import { SessionReplicas } from '../ending/replicated-deletes.store.js';
import { CREATE, READ, REMOVE_UNCHANGED, SAVE, SEE } from './session-scripts.js';
import { tell } from '../sessions.channel.js';
import { noSession } from '../sessions.errors.js';
import { sessionKey } from './sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';

/** Times by the engine's clock, in milliseconds since the epoch. */
export interface Lifetime {
  createdAt: number;
  lastSeenAt: number;
  /** What its cookie shortens the idle lifetime to, in milliseconds; null if it does not. */
  maxAge: number | null;
}

/** What time it is for the engine. */
export interface EngineTime {
  /** Milliseconds since the epoch, when it was `performance.now()` here. */
  time: number;
  knownAt: number;
}

export interface SessionRecord extends Lifetime, EngineTime {
  /** Counts the changes of the content. */
  version: number;
  content: JsonObject;
}

/** `content` is null where it is sealed with a key that is not here. */
export type FoundSession = Omit<SessionRecord, 'content'> & { content: JsonObject | null };

/** `conflict`: another request changed it first, to this. `gone`: it has ended. */
export type Saved =
  | { state: 'saved'; version: number }
  | { state: 'conflict'; version: number; content: JsonObject }
  | { state: 'gone' };

/*
 * Data model (see sessions.keys.ts): a session is one hash. `payload` is its content, sealed for its key; beside it, in plain,
 * what the engine and the scripts must see: `version`, `createdAt`, `lastSeenAt`. Its time to live is what is left of the
 * idle or the absolute lifetime, whichever is less. Only CREATE makes a session; the others require that it exists.
 */

const LONGEST_STEP_MS = 60_000;

/** Sessions as the engine holds them, by handle. */
export class SessionRecords {
  /** They count as ended whatever the engine says. */
  readonly ended: EndedSessions;
  private readonly sealing: Sealing;
  private readonly replicas: SessionReplicas;

  constructor(private readonly options: SessionsStoreOptions) {
    this.ended = new EndedSessions(options.idleSeconds * 1000);
    this.sealing = new Sealing(options.sealingKeys);
    this.replicas = new SessionReplicas(options.engine);
  }

  /** One call. null if there is none, or it is over by a lifetime that was shortened since it was used. */
  async read(handle: string): Promise<SessionRecord | null> {
    const found = await this.find(handle);
    if (!found?.content || this.idleEndOf(found) <= engineNow(found)) return null;
    return { ...found, content: found.content };
  }

  /** What the engine has, in one call; `content` is null where no key here opens it. A corrupt record is removed. */
  async find(handle: string): Promise<FoundSession | null> {
    if (this.ended.has(handle)) return null;
    const [time, ...fields] = (await this.fieldsOf(handle)) ?? [];
    // All are missing where there is no session.
    if (time === undefined || fields.every((field) => field === null)) return null;
    const [payload, ...numbers] = fields;
    const opened = this.sealing.open(payload ?? '', this.key(handle));
    const content = opened.state === 'opened' ? (JSON.parse(opened.text) as JsonObject) : null;
    const isWithoutCookie = content !== null && !isObject(content['cookie']);
    if (opened.state === 'broken' || isWithoutCookie || !numbers.every(isWholeNumber)) {
      await this.discard(handle);
      return null;
    }
    const [version = 0, createdAt = 0, lastSeenAt = 0] = numbers.map(Number);
    const maxAge = maxAgeOf(content?.['cookie']);
    // An unknown key may be one that another node has already, or one that comes back: that session is left to expire.
    return {
      version,
      createdAt,
      lastSeenAt,
      maxAge,
      content,
      time: Number(time),
      knownAt: performance.now(),
    };
  }

  /** @param createdAt now unless given. @returns null if there is a session of this id. @throws {SessionError} E_NO_SESSION if it has ended. */
  async create(handle: string, content: JsonObject, createdAt?: number): Promise<SessionRecord | null> {
    if (this.ended.has(handle)) throw noSession();
    const maxAge = maxAgeOf(content['cookie']);
    const [begin, time] = (await this.options.engine.run(
      CREATE,
      [this.key(handle)],
      [this.seal(handle, content), `${createdAt ?? ''}`, `${this.idleMs(maxAge)}`, `${this.absoluteMs}`],
    )) as [number?, number?];
    if (begin === undefined || time === undefined) return null;
    const lifetime = { createdAt: begin, lastSeenAt: time, maxAge };
    return { ...lifetime, version: 1, content, time, knownAt: performance.now() };
  }

  async save(handle: string, version: number, content: JsonObject): Promise<Saved> {
    if (this.ended.has(handle)) return { state: 'gone' };
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
  async see(handle: string, { maxAge }: Lifetime, stepMs = this.stepMs(maxAge)): Promise<number | null> {
    if (this.ended.has(handle)) return null;
    const seen = await this.options.engine.run(
      SEE,
      [this.key(handle)],
      [`${stepMs}`, `${this.idleMs(maxAge)}`, `${this.absoluteMs}`],
    );
    return Number(seen) || null;
  }

  /** @returns whether it was there. */
  async remove(handle: string): Promise<boolean> {
    const wasThere = (await this.options.engine.client.unlink(this.key(handle))) > 0;
    if (wasThere) this.ended.add(handle);
    return wasThere;
  }

  /** Removes it if it is as it was read. `changed`: another request changed it since. `gone`: it has ended. */
  async removeUnchanged(handle: string, version: number): Promise<'removed' | 'changed' | 'gone'> {
    const removed = await this.options.engine.run(REMOVE_UNCHANGED, [this.key(handle)], [`${version}`]);
    if (removed === null) return 'gone';
    if (removed !== 1) return 'changed';
    this.ended.add(handle);
    return 'removed';
  }

  /** Makes sure that a replica knows of their end. @returns false where a failover might undo it. */
  secureEnd(handles: readonly string[]): Promise<boolean> {
    return this.replicas.forget(handles.map((handle) => this.key(handle)));
  }

  /** A time in the future is by the clock of a server that was replaced. */
  isDue(session: Lifetime & EngineTime): boolean {
    const agoMs = engineNow(session) - session.lastSeenAt;
    return agoMs < 0 || agoMs >= this.stepMs(session.maxAge);
  }

  idleEndOf({ createdAt, lastSeenAt, maxAge }: Lifetime): number {
    return Math.min(lastSeenAt + this.idleMs(maxAge), this.absoluteEndOf({ createdAt }));
  }

  absoluteEndOf({ createdAt }: Pick<Lifetime, 'createdAt'>): number {
    return createdAt + this.absoluteMs;
  }

  private idleMs(maxAge: number | null): number {
    return Math.min(this.options.idleSeconds * 1000, Math.floor(maxAge ?? Number.POSITIVE_INFINITY));
  }

  private get absoluteMs(): number {
    return this.options.absoluteSeconds * 1000;
  }

  /** `lastSeenAt` moves in steps of this, so that a request that reads its session costs no write. */
  private stepMs(maxAge: number | null): number {
    return Math.min(LONGEST_STEP_MS, Math.floor(this.idleMs(maxAge) / 10));
  }

  private async fieldsOf(handle: string): Promise<(string | null)[] | null> {
    const { client } = this.options.engine;
    const key = this.key(handle);
    try {
      return (await this.options.engine.run(READ, [key], [])) as (string | null)[];
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
    await this.options.engine.client.unlink(this.key(handle));
    tell({ event: 'refused', reason: 'corrupt', handle });
  }

  private key(handle: string): string {
    return sessionKey(this.options.keyPrefix, handle);
  }
}

/** What time it is for the engine by now. */
export function engineNow({ time, knownAt }: EngineTime): number {
  return time + performance.now() - knownAt;
}

/** No more than 15 digits, so that a time is one that a Date can have. */
function isWholeNumber(text: string | null): boolean {
  return text !== null && /^\d{1,15}$/.test(text);
}
