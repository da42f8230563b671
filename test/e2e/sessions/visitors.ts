import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { CurrentSession, DeviceSession } from '../../../src/sessions/index.js';
import {
  accountKey,
  generationKey,
  handleOf,
  sessionKey,
} from '../../../src/sessions/records/sessions.keys.js';
import { asOperator } from '../../support/settings.js';

export const PASSWORD = 'a passphrase for tests';

/** A session as a browser knows it. */
export interface Visit {
  cookie: string;
  session: CurrentSession;
}

/** The requests of browsers to one node. */
export class Visitors {
  constructor(private readonly node: { url: string }) {}

  async newAccount(username = `visitor-${randomUUID().slice(0, 8)}`): Promise<string> {
    await this.api.post('/api/accounts').send({ username, password: PASSWORD }).expect(201);
    return username;
  }

  /** Sends a sign-in that may be refused. */
  attempt(username: string, password = PASSWORD, device = 'test') {
    return this.api.post('/api/sessions').send({ username, password, device });
  }

  async signIn(username: string, { password = PASSWORD, device = 'test' } = {}): Promise<Visit> {
    const response = await this.attempt(username, password, device).expect(201);
    return { cookie: cookieOf(response.headers), session: response.body as CurrentSession };
  }

  /** Signs in to a new account. */
  async newVisit(): Promise<Visit> {
    return this.signIn(await this.newAccount());
  }

  /** Three sessions of one account. */
  async threeDevices(): Promise<[phone: Visit, laptop: Visit, tablet: Visit]> {
    const username = await this.newAccount();
    const signIn = (device: string) => this.signIn(username, { device });
    return [await signIn('phone'), await signIn('laptop'), await signIn('tablet')];
  }

  current({ cookie }: Pick<Visit, 'cookie'>) {
    return this.api.get('/api/sessions/current').set('cookie', cookie);
  }

  async isSignedIn(visit: Pick<Visit, 'cookie'>): Promise<boolean> {
    const { status } = await this.current(visit);
    if (status !== 200 && status !== 401)
      throw new Error(`GET /api/sessions/current responded with ${status}.`);
    return status === 200;
  }

  areSignedIn(visits: Visit[]): Promise<boolean[]> {
    return Promise.all(visits.map((visit) => this.isSignedIn(visit)));
  }

  patch({ cookie }: Pick<Visit, 'cookie'>, data: object) {
    return this.api.patch('/api/sessions/current/data').set('cookie', cookie).send(data);
  }

  data({ cookie }: Pick<Visit, 'cookie'>) {
    return this.api.get('/api/sessions/current/data').set('cookie', cookie);
  }

  /** A visitor who has not signed in, with this data. */
  async newGuest(data: object): Promise<Pick<Visit, 'cookie'>> {
    const { headers } = await this.patch({ cookie: '' }, data).expect(200);
    return { cookie: cookieOf(headers) };
  }

  async devices({ cookie }: Visit): Promise<DeviceSession[]> {
    return (await this.api.get('/api/sessions').set('cookie', cookie).expect(200)).body as DeviceSession[];
  }

  async handleOf(visit: Visit): Promise<string> {
    return (await this.devices(visit)).find(({ current }) => current)?.handle ?? '';
  }

  /** @param which e.g. `/current`, `/<handle>` or `?except=current`. */
  end({ cookie }: Pick<Visit, 'cookie'>, which = '/current') {
    return this.api.delete(`/api/sessions${which}`).set('cookie', cookie);
  }

  confirm({ cookie }: Pick<Visit, 'cookie'>, password = PASSWORD) {
    return this.api.post('/api/sessions/current/authentication').set('cookie', cookie).send({ password });
  }

  /** As an operator, unless other headers are given. */
  endAllOf(username: string, headers: Record<string, string> = asOperator) {
    return this.api.delete(`/api/accounts/${username}/sessions`).set(headers);
  }

  changePassword({ cookie }: Pick<Visit, 'cookie'>, next: string, current = PASSWORD) {
    return this.api.put('/api/accounts/current/password').set('cookie', cookie).send({ current, next });
  }

  private get api() {
    return request(this.node.url);
  }
}

/** The cookie that a browser would send; empty if the response sets none. */
export function cookieOf(headers: Record<string, unknown>): string {
  const [cookie = ''] = (headers['set-cookie'] ?? []) as string[];
  return cookie.split(';')[0] ?? '';
}

/** The session id in a cookie. */
export function idOf({ cookie }: Pick<Visit, 'cookie'>): string {
  return (
    decodeURIComponent(cookie)
      .replace(/^sid=s:/, '')
      .split('.')[0] ?? ''
  );
}

export function keyOf(visit: Pick<Visit, 'cookie'>): string {
  return sessionKey('caching', handleOf(idOf(visit)));
}

export function accountKeyOf({ session }: Visit): string {
  return accountKey('caching', session.accountId);
}

export function generationKeyOf({ session }: Visit): string {
  return generationKey('caching', session.accountId);
}
