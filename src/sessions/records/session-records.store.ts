import { maxAgeOf } from '../content/session-cookie.js';
import { lifetimeKindOf } from '../content/session-data.js';
import type { JsonObject } from '../content/json-changes.js';
import { EngineError, ignoreEngineError, replaceForeign } from '../../engine/index.js';
import { publishSessionEvent } from '../sessions.channel.js';
import { noSession } from '../sessions.errors.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import type { StoredSession } from '../sessions.wire.js';
import { EndedSessions } from './ended-sessions.js';
import { Sealing } from './sealing.js';
import { CREATE, READ, REMOVE_UNCHANGED, SAVE, TOUCH } from './session.scripts.js';
import { type EngineTime, type Lifetime, SessionLifetimes } from './session-lifetimes.js';
import { parseRecord, type ParsedRecord } from './session-record.js';
import { sessionKey } from './sessions.keys.js';
import { UnconfirmedError } from './unconfirmed.error.js';

export interface SessionRecord extends Lifetime, EngineTime {
  /** Counts the changes of the content. */
  version: number;
  content: JsonObject;
}

/** `content` is null if it is sealed with a key that this node does not have. */
export type FoundSession = ParsedRecord & EngineTime;

/** `conflict`: another request saved this first. `gone`: the session has ended. */
export type SaveResult =
  | { state: 'saved'; version: number }
  | { state: 'conflict'; version: number; content: JsonObject }
  | { state: 'gone' };

/**
 * Sessions in the engine, by handle.
 *
 * A session is one hash: `payload` is its sealed content; `version`, `createdAt` and `lastSeenAt` are in plain, for the scripts.
 * The key expires at the idle or the absolute end, whichever is first. Only `create` makes a session.
 */
export class SessionRecords {
  /** These count as ended even if the engine still has them. */
  readonly ended: EndedSessions;
  readonly lifetimes: SessionLifetimes;
  private readonly sealing: Sealing;

  constructor(private readonly options: SessionsStoreOptions) {
    this.lifetimes = new SessionLifetimes(options);
    this.ended = new EndedSessions(this.lifetimes.idleMs({ kind: 'remembered', maxAge: null }));
    this.sealing = new Sealing(options.sealingKeys);
  }

  /** Reads a session in one call. null if there is none, or if its idle lifetime was shortened and is over. */
  async read(handle: string): Promise<SessionRecord | null> {
    const found = await this.find(handle);
    if (!found?.content || this.lifetimes.remainingMs(found) <= 0) return null;
    return { ...found, content: found.content };
  }

  /** The same, also for a session that this node cannot open. A corrupt record is removed and reported. */
  async find(handle: string): Promise<FoundSession | null> {
    if (this.ended.has(handle)) return null;
    const [time, ...fields] = await this.readFields(handle);
    if (fields.every((field) => field === null)) {
      await this.requireAbsent(handle);
      return null;
    }
    const parsed = parseRecord(fields, (payload) => this.sealing.open(payload, this.key(handle)));
    if (parsed) return { ...parsed, time: Number(time), knownAt: performance.now() };
    await this.discard(handle);
    return null;
  }

  /** The session as the engine stores it, with its content sealed. null if it has ended. */
  async readStored(handle: string): Promise<StoredSession | null> {
    const [, payload, ...numbers] = await this.readFields(handle);
    if (typeof payload !== 'string') return null;
    const [version = 0, createdAt = 0, lastSeenAt = 0] = numbers.map(Number);
    return { key: this.key(handle), payload, version, createdAt, lastSeenAt };
  }

  /**
   * @param createdAt now by default.
   * @returns null if a session of this handle exists.
   * @throws {SessionError} E_NO_SESSION if it has ended.
   */
  async create(handle: string, content: JsonObject, createdAt?: number): Promise<SessionRecord | null> {
    if (this.ended.has(handle)) throw noSession();
    const limits = { kind: lifetimeKindOf(content), maxAge: maxAgeOf(content['cookie']) };
    const lifetimes = [this.lifetimes.idleMs(limits), this.lifetimes.absoluteMs(limits)];
    const args = [this.seal(handle, content), createdAt ?? '', ...lifetimes];
    const reply = await this.options.engine.run(CREATE, [this.key(handle)], args.map(String));
    const [begin, time] = reply as [number?, number?];
    if (begin === undefined || time === undefined) return null;
    await this.requireReplicated(handle).catch(async (error: unknown) => {
      this.ended.add(handle);
      await this.unlink(handle).catch(ignoreEngineError);
      throw error;
    });
    const lifetime = { createdAt: begin, lastSeenAt: time };
    return { ...limits, ...lifetime, version: 1, content, time, knownAt: performance.now() };
  }

  /** Saves the content if the session still has this version. */
  async save(handle: string, version: number, content: JsonObject): Promise<SaveResult> {
    if (this.ended.has(handle)) return { state: 'gone' };
    const args = [`${version}`, this.seal(handle, content)];
    const reply = await this.options.engine.run(SAVE, [this.key(handle)], args);
    const [found, payload] = reply as [(number | string)?, string?];
    if (found === undefined) {
      await this.requireAbsent(handle);
      return { state: 'gone' };
    }
    if (payload === undefined) return { state: 'saved', version: Number(found) };
    const conflicting = this.open(handle, payload);
    if (!conflicting) return { state: 'gone' };
    return { state: 'conflict', version: Number(found), content: conflicting };
  }

  /** Moves `lastSeenAt` to now if that is due. @returns `lastSeenAt`; null if the session has ended; undefined if the engine did not touch it. */
  async touch(
    handle: string,
    lifetime: Lifetime,
    intervalMs = this.lifetimes.touchIntervalMs(lifetime),
  ): Promise<number | null | undefined> {
    if (this.ended.has(handle)) return null;
    const args = [intervalMs, this.lifetimes.idleMs(lifetime), this.lifetimes.absoluteMs(lifetime)];
    const touching = this.options.engine.run(TOUCH, [this.key(handle)], args.map(String));
    const seenAt = await touching.catch(ignoreEngineError);
    if (seenAt === undefined) return undefined;
    if (seenAt === 0) await this.requireAbsent(handle);
    return Number(seenAt) || null;
  }

  /** @returns whether the session existed. */
  async remove(handle: string): Promise<boolean> {
    const existed = (await this.unlink(handle)) > 0;
    if (existed) this.ended.add(handle);
    return existed;
  }

  /** Removes a session if it still has this version. `gone`: it has ended already. */
  async removeUnchanged(handle: string, version: number): Promise<'removed' | 'changed' | 'gone'> {
    const removed = await this.options.engine.run(REMOVE_UNCHANGED, [this.key(handle)], [`${version}`]);
    if (removed === null) {
      await this.requireAbsent(handle);
      return 'gone';
    }
    if (removed !== 1) return 'changed';
    this.ended.add(handle);
    return 'removed';
  }

  /** The content of a sealed payload of this session. null if this node cannot open it. */
  open(handle: string, payload: string): JsonObject | null {
    const opened = this.sealing.open(payload, this.key(handle));
    return opened.state === 'opened' ? (JSON.parse(opened.text) as JsonObject) : null;
  }

  key(handle: string): string {
    return sessionKey(this.options.keyPrefix, handle);
  }

  /**
   * A session that the primary does not have can be at another one, if this one was cut off and replaced. So where writes need a replica,
   * one must confirm.
   *
   * @throws {UnconfirmedError} if none does.
   */
  async requireAbsent(handle: string): Promise<void> {
    const isReplicated = await this.options.engine.waitForReplica(this.key(handle));
    if (isReplicated === null) return;
    // The confirmation may be that of another primary, which has it.
    if (isReplicated && !(await this.exists(handle))) return;
    throw new UnconfirmedError();
  }

  /** A new session that no replica has is lost in a failover. @throws {EngineError} if writes need a replica, and none has it. */
  private async requireReplicated(handle: string): Promise<void> {
    const isReplicated = await this.options.engine.waitForReplica(this.key(handle));
    if (isReplicated === null) return;
    // Another primary can have been promoted since the session was written.
    if (isReplicated && (await this.exists(handle))) return;
    throw new EngineError(
      'unknown',
      'No replica has confirmed the new session, so a failover might lose it. Try again in a moment.',
    );
  }

  private async exists(handle: string): Promise<boolean> {
    const key = this.key(handle);
    return (await this.options.engine.call(key, (client) => client.hExists(key, 'version'))) === 1;
  }

  /** A key of another type is deleted: it holds no session, and only `create` makes one. */
  private readFields(handle: string): Promise<(string | null)[]> {
    const keys = [this.key(handle)];
    const onReplaced = () => reportCorrupt(handle);
    const read = () => this.options.engine.run(READ, keys, []) as Promise<(string | null)[]>;
    return replaceForeign(this.options.engine, { keys, type: 'hash', onReplaced }, read);
  }

  private unlink(handle: string): Promise<number> {
    const key = this.key(handle);
    return this.options.engine.call(key, (client) => client.unlink(key));
  }

  private seal(handle: string, content: JsonObject): string {
    return this.sealing.seal(JSON.stringify(content), this.key(handle));
  }

  private async discard(handle: string): Promise<void> {
    await this.unlink(handle);
    reportCorrupt(handle);
  }
}

function reportCorrupt(handle: string): void {
  publishSessionEvent({ event: 'refused', reason: 'corrupt', handle });
}
