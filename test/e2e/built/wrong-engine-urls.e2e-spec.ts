import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EngineStack,
  type LocalEngine,
  startCluster,
  startEngine,
  startSentinel,
  type TlsFiles,
} from '../../../local/index.js';
import { installed } from '../../support/app.js';
import { build, runDist } from '../../support/dist.js';
import { productionSettings, type Settings } from '../../support/settings.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
/** Nothing listens there: a wrong engine URL is reported without waiting for the database. */
const DATABASE_URL = 'postgres://app:hunter2@127.0.0.1:1/caching';
const SECRET = /hunter2|PRIVATE KEY/;

let server: LocalEngine;
let sentinel: EngineStack;
let cluster: EngineStack;

beforeAll(async () => {
  [server, sentinel, cluster] = await Promise.all([
    startEngine(kind, { tls: { clientCertificates: true }, password: 'hunter2' }),
    startSentinel(kind, { replicas: 1, password: 'hunter2' }),
    startCluster(kind, { replicasPerShard: 0, password: 'hunter2' }),
    build(),
  ]);
}, 120_000);

afterAll(async () => {
  await Promise.all([server, sentinel, cluster].map((engines) => engines?.stop()));
});

/** The message for each setting when the application refuses to start. */
async function refusal(engines: Settings): Promise<Record<string, string>> {
  const settings = { ...productionSettings(DATABASE_URL, server.url), ...engines };
  const { code, output } = await runDist(settings);
  expect(code).toBe(1);
  expect(output).not.toMatch(SECRET);
  const problems = [...output.matchAll(/^ {2}(\w+) (.*)$/gm)];
  return Object.fromEntries(problems.map(([, setting, problem]) => [setting, problem]));
}

function tlsFiles({ tls }: LocalEngine): TlsFiles {
  if (!tls) throw new Error('The server was started without TLS.');
  return tls;
}

describe('the built application with a wrong engine URL', () => {
  it('rejects unknown schemes and parameters and a missing primary name, each with a remedy', async () => {
    expect(
      await refusal({
        ENGINE_URL: 'http://app:hunter2@127.0.0.1:6379',
        SESSION_ENGINE_URL: `${kind}+sentinel://app:hunter2@127.0.0.1:26379/0`,
        CACHE_ENGINE_URL: `${kind}://:hunter2@127.0.0.1:6379/0?timeout=5`,
        LEADERBOARD_ENGINE_URL: 'memcached://127.0.0.1:11211',
      }),
    ).toEqual({
      ENGINE_URL: expect.stringMatching(/^has the scheme "http"\. Use redis:\/\/.* valkey\+cluster:\/\//),
      SESSION_ENGINE_URL:
        'does not name the primary that the sentinels watch. Add ?name=NAME, for example ?name=primary.',
      CACHE_ENGINE_URL: `has the parameter "timeout", which ${kind}:// does not support. Remove it.`,
      LEADERBOARD_ENGINE_URL: 'cannot be Memcached: it has no sorted sets. Name a Redis or Valkey URL.',
    });
  });

  it('rejects certificate files that are unreadable, do not match or are not PEM', async () => {
    const { ca, client, server: own } = tlsFiles(server);
    const tls = (parameters: string) => `${kind}s://:hunter2@127.0.0.1:${server.port}/0?${parameters}`;
    expect(
      await refusal({
        SESSION_ENGINE_URL: tls('ca=/nowhere/ca.pem'),
        CACHE_ENGINE_URL: tls(`ca=${ca}&cert=${client.cert}&key=${own.key}`),
        LEADERBOARD_ENGINE_URL: tls(`ca=${client.key}`),
      }),
    ).toEqual({
      SESSION_ENGINE_URL:
        'names the ca file /nowhere/ca.pem, which cannot be read (ENOENT). Correct the path or the permissions.',
      CACHE_ENGINE_URL: 'names a cert and a key that do not match. Name the key of that certificate.',
      LEADERBOARD_ENGINE_URL:
        'names a ca file that is not a PEM certificate. Name a file that begins with BEGIN CERTIFICATE.',
    });
  });

  it('rejects Memcached for sessions and the leaderboard, with the reason', async () => {
    expect(await refusal({ ENGINE_URL: 'memcached://127.0.0.1:11211' })).toEqual({
      SESSION_ENGINE_URL: expect.stringMatching(
        /^cannot be Memcached: it loses sessions whenever a node goes/,
      ),
      LEADERBOARD_ENGINE_URL: expect.stringMatching(/^cannot be Memcached: it has no sorted sets/),
    });
  });

  it('rejects a Memcached that is no configuration endpoint, and credentials and parameters for Memcached', async () => {
    const memcached = await startEngine('memcached');
    const own = { SESSION_ENGINE_URL: server.url, LEADERBOARD_ENGINE_URL: server.url };
    try {
      expect(
        await refusal({ ...own, CACHE_ENGINE_URL: memcached.url.replace('://', '+discovery://') }),
      ).toEqual({
        CACHE_ENGINE_URL:
          'does not fit its servers. The server answers no "config get cluster". Name the configuration endpoint of ElastiCache, or write the URL without +discovery and with all nodes.',
      });
    } finally {
      await memcached.stop();
    }
    expect(
      await refusal({ ...own, CACHE_ENGINE_URL: 'MEMCACHEDS+DISCOVERY://app:hunter2@127.0.0.1:11211' }),
    ).toEqual({ CACHE_ENGINE_URL: 'has credentials, which are not supported for Memcached. Remove them.' });
    expect(
      await refusal({ ...own, CACHE_ENGINE_URL: 'memcached://127.0.0.1:11211?password-file=/hunter2' }),
    ).toEqual({
      CACHE_ENGINE_URL: 'has the parameter "password-file", which memcached:// does not support. Remove it.',
    });
  });

  it('rejects URLs that name another topology than the servers have', async () => {
    expect(
      await refusal({
        ENGINE_URL: server.url.replace('s://', 's+cluster://'),
        SESSION_ENGINE_URL: sentinel.url.replace('name=primary', 'name=nobody'),
        CACHE_ENGINE_URL: cluster.url.replace('+cluster', '').replace(/,[^/?]*/, ''),
      }),
    ).toEqual({
      ENGINE_URL:
        'does not fit its servers. The server is not a cluster node. Write its URL without +cluster.',
      SESSION_ENGINE_URL:
        'does not fit its servers. The sentinels watch no primary with that name. Correct name= in its URL.',
      CACHE_ENGINE_URL:
        'does not fit its servers. The server is a cluster node. Write its URL with +cluster.',
    });
  });
});
