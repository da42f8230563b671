import { randomBytes, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { type LocalEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { handleOf, sessionKey } from '../../../../src/sessions/records/sessions.keys.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';

declare module 'express-session' {
  interface SessionData {
    n: unknown;
    words: string[];
    byWord: Record<string, number>;
  }
}

export const IDLE_SECONDS = 600;

/** A server with the stores of two nodes. */
export class StoreNodes {
  private readonly keyPrefix = randomUUID();
  private readonly sealingKeys = [randomBytes(32).toString('base64')];
  private readonly engines: RedisEngine[] = [];
  here!: SessionsStore;
  there!: SessionsStore;

  private constructor(readonly server: LocalEngine) {}

  static async start(): Promise<StoreNodes> {
    const nodes = new StoreNodes(await startTestEngine(redisLike()));
    nodes.here = await nodes.newStore();
    nodes.there = await nodes.newStore();
    return nodes;
  }

  async close(): Promise<void> {
    for (const engine of this.engines) engine.close();
    await this.server.stop();
  }

  async load(id: string, store = this.here): Promise<SessionData | null> {
    return (await store.get(id)) as SessionData | null;
  }

  /** The session object of a new session, as loaded. */
  async newSession(fields: object = {}, cookie: object = {}): Promise<{ id: string; data: SessionData }> {
    const id = randomUUID();
    await this.here.set(id, { ...emptySession(cookie), ...fields });
    return { id, data: await this.loadExisting(id) };
  }

  /** The session object that express-session gives to a request. */
  async newRequest(id: string): Promise<Request['session']> {
    const request = { sessionID: id, sessionStore: this.here } as unknown as Request;
    return this.here.createSession(request, await this.loadExisting(id));
  }

  keyOf(id: string): string {
    return sessionKey(this.keyPrefix, handleOf(id));
  }

  async ttlOf(id: string): Promise<number> {
    return Number(await this.server.command('PTTL', this.keyOf(id)));
  }

  private async loadExisting(id: string): Promise<SessionData> {
    const data = await this.load(id);
    if (!data) throw new Error(`The session ${id} does not exist.`);
    return data;
  }

  private async newStore(): Promise<SessionsStore> {
    const { keyPrefix, sealingKeys } = this;
    const engine = new RedisEngine(parseEngineUrl(this.server.url), 10_000);
    this.engines.push(engine);
    engine.start();
    await until(() => engine.isReady);
    const lifetimes = { idleSeconds: IDLE_SECONDS, absoluteSeconds: 3_600 };
    return new SessionsStore({ engine, keyPrefix, sealingKeys, ...lifetimes });
  }
}

export function emptySession(cookie: object = {}): SessionData {
  return { cookie: { originalMaxAge: null, ...cookie } } as unknown as SessionData;
}
