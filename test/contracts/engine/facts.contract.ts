import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { EngineTrial } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

/** The health report of an engine. */
export function describeFacts(trial: EngineTrial): void {
  describe('report and facts', () => {
    it('contain kind and version of the servers', async () => {
      const { kind, primaries } = trial.servers;
      const information = String(await primaries[0]?.command('INFO', 'server'));
      const version = new RegExp(`${kind}_version:(\\S+)`).exec(information)?.[1];
      await until(() => trial.engine.facts.version !== null);
      expect(trial.engine.facts).toMatchObject({ kind, version, role: 'primary' });
    });

    it('contain topology, state, breaker and whether writes are refused', async () => {
      const { kind, topology } = trial.servers;
      const { version } = trial.engine.facts;
      // The write probe runs once a second, and another test may have filled the server before.
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

    it('count every call once by its outcome', async () => {
      const engine = await trial.anotherEngine();
      const key = trial.key('text');
      const before = engine.statistics;
      await commandsOf(engine).set(key, 'text');
      await commandsOf(engine).get(key);
      await commandsOf(engine)
        .incr(key)
        .catch(() => undefined);
      const after = engine.statistics;
      expect(after.done - before.done).toBe(2);
      expect(after.failed - before.failed).toBe(1);
      expect(after).toMatchObject({ refused: 0, unknown: 0 });
      expect(after.connects).toBeGreaterThan(0);
    });

    it('contain no secrets', () => {
      const secrets = [...trial.servers.url.matchAll(/(?<=:)[^:@/]+(?=@)/g)].map(([secret]) => secret);
      const report = JSON.stringify([trial.engine.report(), trial.engine.facts, trial.engine.name]);
      for (const secret of secrets) expect(report).not.toContain(decodeURIComponent(secret));
    });
  });
}
