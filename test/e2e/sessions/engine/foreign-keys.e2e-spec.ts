import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { accountKeyOf, generationKeyOf, keyOf, PASSWORD, type Visit, Visitors } from '../visitors.js';

/** What another application may leave under a key. */
const CONTENTS: [content: string, command: string, ...args: string[]][] = [
  ['a text', 'SET', 'foreign'],
  ['a list', 'RPUSH', 'foreign'],
  ['a hash', 'HSET', 'foreign', 'foreign'],
  ['a set', 'SADD', 'foreign'],
  ['a sorted set', 'ZADD', '1', 'foreign'],
];
const FAILURES_PER_ACCOUNT = 2;

describe('keys that another application overwrote', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    const settings = {
      SESSION_IDLE_SECONDS: '10',
      SIGN_IN_FAILURES_PER_ACCOUNT: `${FAILURES_PER_ACCOUNT}`,
      SIGN_IN_FAILURES_PER_ADDRESS: '1000',
    };
    app = await startApp({ settings });
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  async function overwrite(key: string, [command, ...args]: string[]): Promise<void> {
    await engine.command('DEL', key);
    await engine.command(command as string, key, ...args);
  }

  const isTouched = async (visit: Visit) => {
    const { status, body } = await visitors.current(visit);
    return status === 200 && body.lastSeenAt !== visit.session.lastSeenAt;
  };

  it.each(CONTENTS)('signs out the session whose record is %s', async (_content, ...command) => {
    const [phone, laptop] = await visitors.threeDevices();
    await overwrite(keyOf(phone), command);
    expect(await visitors.areSignedIn([phone, laptop])).toEqual([false, true]);
  });

  it.each(CONTENTS)(
    'ends nobody when the index of an account is %s, and completes it',
    async (_content, ...command) => {
      const [phone, laptop, tablet] = await visitors.threeDevices();
      const { username } = phone.session;
      await overwrite(accountKeyOf(phone), command);
      const other = await visitors.signIn(username, { device: 'other' });
      const all = [phone, laptop, tablet, other];
      await until(async () => {
        await visitors.areSignedIn(all);
        return (await visitors.devices(other)).length === 4;
      });
      expect(await visitors.areSignedIn(all)).toEqual([true, true, true, true]);
    },
  );

  it.each(CONTENTS)(
    'ends every session of an account at its next touch when its generation is %s, and sign-ins succeed',
    async (_content, ...command) => {
      const [phone, laptop, tablet] = await visitors.threeDevices();
      // The index has lost the phone, so ending all other sessions has raised the generation, but not removed the phone's record.
      await engine.command('ZREM', accountKeyOf(phone), await visitors.handleOf(phone));
      await visitors.end(laptop, '?except=current').expect(200);
      await overwrite(generationKeyOf(phone), command);
      const other = await visitors.signIn(phone.session.username);
      await until(async () => !(await visitors.areSignedIn([phone, laptop, tablet])).includes(true));
      await until(() => isTouched(other));
      const next = `${PASSWORD}, changed`;
      expect((await visitors.changePassword(other, next)).status).toBe(204);
    },
  );

  const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);

  it.each(CONTENTS)(
    'counts wrong passwords of an account from zero when its counters were %s',
    async (_content, ...command) => {
      const username = await visitors.newAccount();
      for (const counter of ['wrong', 'pending']) {
        await overwrite(`caching:guesses:{account:${digest(username)}}:${counter}`, command);
        await overwrite(`caching:guesses:{address:${digest('127.0.0.1')}}:${counter}`, command);
      }
      const statuses: number[] = [];
      for (let i = 0; i <= FAILURES_PER_ACCOUNT; i++) {
        statuses.push((await visitors.attempt(username, 'a wrong passphrase')).status);
      }
      expect(statuses).toEqual([401, 401, 429]);
    },
  );

  it.each(CONTENTS.filter(([content]) => content !== 'a text'))(
    'counts sign-ups of an address on all nodes again when its counter was %s',
    async (_content, ...command) => {
      const key = `caching:sign-up:${digest('127.0.0.1')}`;
      await overwrite(key, command);
      await visitors.newAccount();
      expect(await engine.command('GET', key)).toBe('1');
    },
  );
});
