import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, startPostgres } from '../../../local/index.js';
import { installed, readinessOf } from '../../support/app.js';
import { build, runDist, startDist } from '../../support/dist.js';
import { productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];

beforeAll(build, 120_000);

/** Optional settings, which are never reported as missing. */
const WITH_DEFAULTS = new Set(['COOKIE_SECURE', 'SIGN_UPS_PER_ADDRESS', 'GUESTS_PER_ADDRESS']);

describe('the built application at boot', () => {
  it('lists all missing settings at once, and exits with 1', async () => {
    const { code, output } = await runDist({});
    expect(code).toBe(1);
    expect(output.split('\n')).toEqual([
      '6 settings need your attention:',
      ...Object.keys(productionSettings('', ''))
        .filter((setting) => !WITH_DEFAULTS.has(setting))
        .map((setting): unknown => expect.stringMatching(`^  ${setting} is missing\\. (Write|Make) `)),
      'See .env.example for every setting and its default; `npm start` brings its own.',
    ]);
  });

  it('starts degraded, and becomes ready when its engine and database start', async () => {
    const [engine, database] = await Promise.all([startEngine(kind), startPostgres()]);
    await Promise.all([engine.kill(), database.kill()]);
    const app = await startDist(productionSettings(database.url, engine.url));
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
    expect(await readinessOf(app)).toMatchObject({ httpStatus: 503, status: 'unavailable' });

    await database.restart();
    await until(async () => (await readinessOf(app)).status === 'degraded');
    await app.says(/^ready http:\/\/localhost:/);
    await engine.restart();
    await until(async () => (await readinessOf(app)).status === 'ok');

    expect((await app.stop()).code).toBe(0);
    await Promise.all([engine.stop(), database.stop()]);
  });
});
