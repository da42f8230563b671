import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { EngineTrial } from '../engine-trial.js';

/** What an engine says of itself. */
export function describeFacts(trial: EngineTrial): void {
  describe('facts', () => {
    it('are those of the servers', async () => {
      const { kind, primaries } = trial.servers;
      const information = String(await primaries[0]?.command('INFO', 'server'));
      const version = new RegExp(`${kind}_version:(\\S+)`).exec(information)?.[1];
      await until(() => trial.engine.facts.version !== null);
      expect(trial.engine.facts).toMatchObject({ kind, version, role: 'primary' });
    });

    it('are reported with topology, state and breaker', async () => {
      const { kind, topology } = trial.servers;
      const { version } = trial.engine.facts;
      // Writes are tried once a second; another test may have filled the server before.
      await until(() => !trial.engine.report().refusesWrites);
      expect(trial.engine.report()).toMatchObject({
        roles: [],
        kind,
        topology,
        state: 'ready',
        reason: null,
        breaker: 'closed',
        version,
        role: 'primary',
        refusesWrites: false,
      });
    });

    it('count every call once, by its outcome', async () => {
      const engine = await trial.anotherEngine();
      const key = trial.key('text');
      const before = engine.statistics;
      await engine.client.set(key, 'text');
      await engine.client.get(key);
      await engine.client.multi().get(key).get(key).exec();
      await engine.client.mGet(trial.spreadKeys(20));
      await engine.client.lPush(key, 'x').catch(() => undefined);
      const after = engine.statistics;
      expect(after.done - before.done).toBe(4);
      expect(after.failed - before.failed).toBe(1);
      expect(after).toMatchObject({ refused: 0, unknown: 0 });
      expect(after.connects).toBeGreaterThan(0);
    });

    it('name no secret', () => {
      const secrets = [...trial.servers.url.matchAll(/(?<=:)[^:@/]+(?=@)/g)].map(([secret]) => secret);
      const said = JSON.stringify([trial.engine.report(), trial.engine.facts, trial.engine.name]);
      for (const secret of secrets) expect(said).not.toContain(decodeURIComponent(secret));
    });
  });
}
