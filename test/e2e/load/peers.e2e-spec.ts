import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { buildSides } from '../../../load/peers/build.js';
import { pathOf } from '../../../load/peers/protocol.js';
import { SideNode, withNodes } from '../../../load/peers/side-node.js';
import {
  CONSTANT,
  ENGINE_HIT,
  FAST_LANE,
  isInstalled,
  MISSING_PACKAGES,
  SIDES,
} from '../../../load/peers/sides.js';

const ANSWER = { bytes: 2_000, id: 'spec' };
const PATH = pathOf(ANSWER);
const CACHES = SIDES.filter(({ kind }) => kind !== 'limit');
if (!SIDES.every(isInstalled)) console.log(MISSING_PACKAGES);

describe('the sides of `npm run load -- peers`', () => {
  let engine: LocalEngine;
  let constant: SideNode;

  beforeAll(async () => {
    await buildSides();
    engine = await startEngine('valkey');
    constant = await SideNode.start(CONSTANT, engine.url);
  });

  afterAll(async () => {
    await constant.stop();
    await engine.stop();
  });

  for (const side of CACHES) {
    it.skipIf(!isInstalled(side))(
      `${side.name} answers the same bytes, and queries the database once`,
      async () => {
        await withNodes([side], engine.url, async ([node]) => {
          if (!node) throw new Error('The node did not start.');
          const answers = [await bodyOf(node), await bodyOf(node), await bodyOf(node)];
          expect(new Set(answers)).toEqual(new Set([await bodyOf(constant)]));
          expect(await node.ask('loads')).toBe(1);

          await node.ask('write', 2);
          await node.ask('invalidate', ANSWER);
          expect(JSON.parse(await bodyOf(node))).toMatchObject({ version: 2 });
          expect(await node.ask('loads')).toBe(2);
        });
      },
    );
  }

  it('fills the engine for `growth` with answers that are hits', async () => {
    await withNodes([ENGINE_HIT], engine.url, async ([node]) => {
      if (!node) throw new Error('The node did not start.');
      await node.ask('fill', { bytes: 2_000, from: 0, to: 200 });
      const loads = await node.ask('loads');
      const filled = await fetch(node.url + pathOf({ bytes: 2_000, id: '199' }));
      expect(filled.headers.get('cache-status')).toMatch(/hit.*detail=engine/);
      expect(await filled.text()).toBe(await bodyOf(constant));
      expect(await node.ask('loads')).toBe(loads);
    });
  });

  it('lets bare node:http write bytes and headers of an answer of another side', async () => {
    const bare = SIDES.filter(({ file }) => file === 'bare');
    await withNodes([FAST_LANE, ...bare], engine.url, async ([fastLane, copy]) => {
      if (!fastLane || !copy) throw new Error('The nodes did not start.');
      await bodyOf(fastLane);
      await copy.ask('copy', fastLane.url + PATH);
      const response = await fetch(copy.url + PATH);
      expect(response.headers.get('cache-status')).toContain('hit');
      expect(await response.text()).toBe(await bodyOf(fastLane));
    });
  });
});

async function bodyOf({ url }: SideNode): Promise<string> {
  return (await fetch(url + PATH)).text();
}
