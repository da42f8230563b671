import { Logger } from '@nestjs/common';
import type { EngineOptions } from '../../local/index.js';
import type { EngineTopology } from '../../src/engine/index.js';
import { installed } from '../support/app.js';
import { SCOPE } from '../support/scope.js';
import { startServers } from './engine-servers.js';
import { describeEngineContract } from './engine.contract.js';
import { describeMemcachedContract } from './memcached.contract.js';

Logger.overrideLogger(false);

const PASSWORD = 'p@ss:word/with?all#kinds';
/** Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html */
const REFUSED_BY_ELASTICACHE =
  'BGREWRITEAOF BGSAVE CONFIG DEBUG MIGRATE REPLICAOF SAVE SLAVEOF SHUTDOWN SYNC'.split(' ');
const SETUPS: readonly [topology: EngineTopology, how: string, options: EngineOptions][] = [
  ['standalone', 'plain', {}],
  [
    'standalone',
    'TLS with client certificates and a password',
    { tls: { clientCertificates: true }, password: PASSWORD },
  ],
  [
    'standalone',
    'configured as ElastiCache',
    { settings: REFUSED_BY_ELASTICACHE.flatMap((command) => ['--rename-command', command, '']) },
  ],
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
    describeEngineContract(`${kind}, ${topology}, ${how}`, () => startServers(kind, topology, options));
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
