import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { startEngine } from '../../../local/index.js';
import { freePort } from '../../../local/machine/free-port.js';
import { until } from '../../support/until.js';

/** Its name in Debian. */
const PROGRAM = 'prometheus-redis-exporter';
const isInstalled = spawnSync(PROGRAM, ['--version']).error === undefined;

/** Why tests with the exporter are skipped; undefined if they are not. */
export const EXPORTER_LACKS = isInstalled ? undefined : `${PROGRAM} is not installed`;
if (EXPORTER_LACKS && process.env['CI'])
  throw new Error(`CI needs ${PROGRAM}. Install it: apt-get install ${PROGRAM}`);

/** The metrics that the exporter of docker-compose.yml has of a primary with a replica. */
export async function exportedMetrics(): Promise<string> {
  const primary = await startEngine('redis');
  const settings = ['--replicaof', '127.0.0.1', `${primary.port}`];
  const replica = await startEngine('redis', { settings });
  const port = await freePort();
  const args = [
    '-redis.addr',
    `redis://127.0.0.1:${primary.port}`,
    '-web.listen-address',
    `127.0.0.1:${port}`,
  ];
  const exporter = spawn(PROGRAM, args, { stdio: 'ignore' });
  const exit = once(exporter, 'exit');
  try {
    let text = '';
    await until(async () => {
      text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
      return text.includes('redis_connected_slave_lag_seconds{');
    });
    return text;
  } finally {
    exporter.kill();
    await exit;
    await Promise.all([replica.stop(), primary.stop()]);
  }
}
