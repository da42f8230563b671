import { Logger } from '@nestjs/common';
import type { EngineOptions } from '../../local/index.js';
import type { EngineTopology } from '../../src/engine/index.js';
import { installed } from '../support/app.js';
import { SCOPE } from '../support/scope.js';
import { type EngineServers, startServers } from './engine-servers.js';
import { describeEngineContract } from './engine.contract.js';
import { describeMemcachedContract } from './memcached.contract.js';

Logger.overrideLogger(false);

const PASSWORD = 'p@ss:word/with?all#kinds';
/**
 * By the application's user, so that the tests can still configure the server.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html
 */
const REFUSED_BY_ELASTICACHE =
  'bgrewriteaof bgsave config debug migrate replicaof save slaveof shutdown sync'.split(' ');
const AS_ELASTICACHE = 'configured as ElastiCache';
const SETUPS: readonly [topology: EngineTopology, how: string, options: EngineOptions][] = [
  ['standalone', 'plain', {}],
  [
    'standalone',
    'TLS with client certificates and a password',
    { tls: { clientCertificates: true }, password: PASSWORD },
  ],
  ['standalone', AS_ELASTICACHE, {}],
  ['sentinel', 'plain', {}],
  [
    'sentinel',
    'TLS with client certificates and an ACL user',
    { tls: { clientCertificates: true }, acl: true },
  ],
  ['cluster', 'plain', {}],
  [
    'cluster',
    'TLS with client certificates and a password',
    { tls: { clientCertificates: true }, password: PASSWORD },
  ],
];

const kinds = installed('redis', 'valkey') as ('redis' | 'valkey')[];
const setups = SCOPE === 'quick' ? SETUPS.slice(0, 1) : SETUPS;

/** Runs each setup on one engine, in rotation. In the scope `matrix` it runs on every engine, in `quick` only the first. */
for (const [turn, [topology, how, options]] of setups.entries()) {
  const inTurn = kinds.slice(turn % kinds.length).slice(0, 1);
  for (const kind of SCOPE === 'matrix' ? kinds : inTurn) {
    describeEngineContract(`${kind}, ${topology}, ${how}`, async () => {
      const servers = await startServers(kind, topology, options);
      return how === AS_ELASTICACHE ? withRefusals(servers) : servers;
    });
  }
}

if (installed('memcached').length > 0) {
  describeMemcachedContract('one node', { nodes: 1 });
  if (SCOPE !== 'quick') {
    const tls = { clientCertificates: true };
    describeMemcachedContract('two nodes', { nodes: 2 });
    describeMemcachedContract('two nodes, TLS with client certificates', { nodes: 2, tls });
    describeMemcachedContract('two nodes, found by discovery', { nodes: 2, isDiscovered: true });
    describeMemcachedContract('two nodes, found by discovery with TLS', {
      nodes: 2,
      isDiscovered: true,
      tls,
    });
  }
}

async function withRefusals(servers: EngineServers): Promise<EngineServers> {
  const rules = REFUSED_BY_ELASTICACHE.map((command) => `-${command}`);
  await servers.nodes[0]?.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', ...rules);
  return { ...servers, url: servers.url.replace('://', '://app:secret@') };
}
