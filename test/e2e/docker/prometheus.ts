import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../local/machine/free-port.js';
import { GuardedProcess } from '../../../local/processes/guarded-process.js';
import { until } from '../../support/until.js';
import { lackOf } from './programs.js';

const FOLDER = 'docker/observability';

/** Why tests with Prometheus are skipped; undefined if they are not. */
export const PROMETHEUS_LACKS = lackOf('prometheus');

/** Where the services of docker-compose.yml are in a test. */
export interface Targets {
  app: string;
  exporter: string;
  operatorKey: string;
}

/** One series of the answer to a query, with its value. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
}

export interface Rule {
  name: string;
  health: string;
  lastError?: string;
}

export interface Prometheus {
  /** What `promtool check config` prints about the configuration and its rules. */
  check: { status: number | null; output: string };
  query(text: string): Promise<Sample[]>;
  /** Empty before the first evaluation. */
  rules(): Promise<Rule[]>;
  alerts(): Promise<Alert[]>;
  stop(): Promise<void>;
}

/** Prometheus with the files of `docker/observability`. Only addresses and times differ: it scrapes each second, and alerts wait for one. */
export async function startPrometheus({ app, exporter, operatorKey }: Targets): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const file = join(folder, 'prometheus.yml');
  const keyFile = join(folder, 'operator-key');
  writeFileSync(keyFile, operatorKey);
  const config = replaced(readFileSync(`${FOLDER}/prometheus.yml`, 'utf8'), [
    ['app:3000', app],
    ['engine-exporter:9121', exporter],
    ['/tmp/operator-key', keyFile],
    [/(?<=_interval: )5s/g, '1s'],
  ]);
  writeFileSync(file, config);
  const rules = replaced(readFileSync(`${FOLDER}/alerts.yml`, 'utf8'), [[/(?<=for: )\w+/g, '1s']]);
  writeFileSync(join(folder, 'alerts.yml'), rules);
  const checked = spawnSync('promtool', ['check', 'config', file], { encoding: 'utf8' });

  const address = `127.0.0.1:${await freePort()}`;
  const data = join(folder, 'data');
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
  const server = await GuardedProcess.start({ program: 'prometheus', args, graceSeconds: 5 });
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { data: answer, error } = (await response.json()) as { data: unknown; error?: string };
    if (error !== undefined) throw new Error(`Prometheus rejects ${path}: ${error}`);
    return answer;
  };
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
  const isReady = () =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady).catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  return {
    check: { status: checked.status, output: checked.stdout + checked.stderr },
    query: async (text) => {
      const { result } = (await get(`query?query=${encodeURIComponent(text)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { groups } = (await get('rules')) as { groups: { rules: Rule[] }[] };
      return groups.flatMap((group) => group.rules);
    },
    alerts: async () => ((await get('alerts')) as { alerts: Alert[] }).alerts,
    stop,
  };
}

/** @throws if the text does not have what is replaced: the configuration has changed. */
function replaced(text: string, replacements: [string | RegExp, string][]): string {
  return replacements.reduce((result, [from, to]) => {
    const next = result.replaceAll(from, to);
    if (next === result) throw new Error(`The configuration has no ${String(from)}.`);
    return next;
  }, text);
}
