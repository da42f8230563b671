import { describe, expect, it } from 'vitest';
import type { EngineTrial } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

/** Commands that no module uses. Their replies are the same with RESP 2 and RESP 3. */
export function describeOtherCommands(trial: EngineTrial): void {
  describe('other commands', () => {
    it('of strings return text, null and numbers', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('text');
      await client.set(key, 'text');
      expect(await client.strLen(key)).toBe(4);
      expect(await client.ttl(key)).toBe(-1);
      expect(await client.getDel(key)).toBe('text');
      expect(await client.getDel(key)).toBeNull();
    });

    it('of hashes return objects', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('hash');
      expect(await client.hGetAll(key)).toEqual({});
      await client.hSet(key, { name: 'Ada', visits: '3' });
      expect(await client.hGetAll(key)).toEqual({ name: 'Ada', visits: '3' });
    });

    it('of sorted sets return numbers as scores', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('board');
      const members = [
        { value: 'a', score: -0.5 },
        { value: 'b', score: 1 },
      ];
      await client.zAdd(key, members);
      expect(await client.zRange(key, 0, -1)).toEqual(['a', 'b']);
      expect(await client.zRank(key, 'b')).toBe(1);
      expect(await client.zRank(key, 'nobody')).toBeNull();
      expect(await client.zRangeWithScores(key, 0, -1)).toEqual(members);
      expect(await client.zIncrBy(key, 2, 'a')).toBe(1.5);
    });
  });
}
