import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../../support/app.js';
import type { Settings } from '../../../support/settings.js';
import { type Visit, Visitors } from '../visitors.js';

const newKey = () => randomBytes(32).toString('base64');

describe('key rotation', () => {
  const keys = { SESSION_SECRETS: newKey(), SESSION_SEALING_KEYS: newKey() };
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ settings: keys });
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it.each(['SESSION_SECRETS', 'SESSION_SEALING_KEYS'] as const)(
    'signs nobody out when a key is added to %s, and everybody when the old one is removed',
    async (setting) => {
      const [older, newer] = [keys[setting], newKey()];
      const visit = await visitors.newVisit();
      expect(await isSignedInWith({ [setting]: `${newer},${older}` }, visit)).toBe(true);
      expect(await isSignedInWith({ [setting]: newer }, visit)).toBe(false);
    },
  );

  it.each(['SESSION_SECRETS', 'SESSION_SEALING_KEYS'] as const)(
    'signs nobody out while some nodes have the new key of %s last and others first',
    async (setting) => {
      const newer = newKey();
      const nodes = [
        await app.startNode({ [setting]: `${keys[setting]},${newer}` }),
        await app.startNode({ [setting]: `${newer},${keys[setting]}` }),
      ];
      const there = nodes.map((node) => new Visitors(node));
      const visits = await Promise.all(there.map((each) => each.newVisit()));
      const checks = there.flatMap((each) => visits.map((visit) => each.isSignedIn(visit)));
      const areSignedIn = await Promise.all(checks);
      for (const node of nodes) await node.close();
      expect(areSignedIn).toEqual([true, true, true, true]);
    },
  );

  it('ends sessions that are sealed with a key that this node does not have', async () => {
    const other = await app.startNode({
      SESSION_SEALING_KEYS: `${newKey()},${keys.SESSION_SEALING_KEYS}`,
    });
    const there = new Visitors(other);
    const here = await visitors.newVisit();
    const [first, second] = [
      await there.signIn(here.session.username),
      await there.signIn(here.session.username),
    ];
    const sealed = (await visitors.devices(here)).filter(({ device }) => device === null);
    await visitors.end(here, `/${sealed[0]?.handle}`).expect(204);
    await visitors.changePassword(here, 'the next passphrase').expect(204);
    const areSignedIn = [await there.isSignedIn(first), await there.isSignedIn(second)];
    await other.close();
    expect([sealed.length, areSignedIn]).toEqual([2, [false, false]]);
  });

  async function isSignedInWith(settings: Settings, visit: Visit): Promise<boolean> {
    const node = await app.startNode(settings);
    try {
      return await new Visitors(node).isSignedIn(visit);
    } finally {
      await node.close();
    }
  }
});
