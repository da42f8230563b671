import { Logger } from '@nestjs/common';
import type { EngineOptions } from '../../local/index.js';
import { engineAddressOf, type EngineTopology, parseEngineUrl } from '../../src/engine/index.js';
import { createStockClient } from '../../src/textbook/stock-client.js';
import { installed } from '../support/app.js';
import { accessRules, ROLE_COMMANDS } from '../support/role-access.js';
import { SCOPE } from '../support/scope.js';
import { type EngineServers, startServers } from './engine-servers.js';
import { describeEngineContract } from './engine.contract.js';
import { describeMemcachedContract } from './memcached.contract.js';

Logger.overrideLogger(false);

const PASSWORD = 'p@ss:word/with?all#kinds';
/** As ElastiCache is configured: TLS, and a user with the least access of the three roles (docs/engine.md). It refuses CONFIG. */
const LEAST_ACCESS = 'as ElastiCache, with the least access';
/** The protocol is then RESP 2. */
const WITHOUT_HELLO = 'without HELLO';
/** With the options of a client of node-redis that the service has. */
const OF_A_CLIENT = 'of a node-redis client, TLS with client certificates and a password';
const SETUPS: readonly [topology: EngineTopology, how: string, options: EngineOptions][] = [
  ['standalone', 'plain', {}],
  [
    'standalone',
    'TLS with client certificates and a password',
    { tls: { clientCertificates: true }, password: PASSWORD },
  ],
  ['standalone', LEAST_ACCESS, { tls: true }],
  ['standalone', OF_A_CLIENT, { tls: { clientCertificates: true }, password: PASSWORD }],
  ['standalone', WITHOUT_HELLO, { settings: ['--rename-command', 'HELLO', ''] }],
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
  ['cluster', LEAST_ACCESS, { tls: true }],
  ['cluster', OF_A_CLIENT, { tls: { clientCertificates: true }, password: PASSWORD }],
];

const kinds = installed('redis', 'valkey') as ('redis' | 'valkey')[];
const setups = SCOPE === 'quick' ? SETUPS.slice(0, 1) : SETUPS;

/** Runs each setup on one engine, in rotation. In the scope `matrix` it runs on every engine, in `quick` only the first. */
for (const [turn, [topology, how, options]] of setups.entries()) {
  const inTurn = kinds.slice(turn % kinds.length).slice(0, 1);
  for (const kind of SCOPE === 'matrix' ? kinds : inTurn) {
    const start = async () => {
      const servers = await startServers(kind, topology, options);
      if (how === LEAST_ACCESS) return withLeastAccess(servers);
      return how === OF_A_CLIENT ? ofAClient(servers) : servers;
    };
    describeEngineContract(`${kind}, ${topology}, ${how}`, start, {
      hasOtherCommands: how !== LEAST_ACCESS,
      isCoherent: how !== WITHOUT_HELLO,
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

async function withLeastAccess(servers: EngineServers): Promise<EngineServers> {
  const ofRoles = Object.values(ROLE_COMMANDS).flat();
  const ofTopology = servers.topology === 'cluster' ? ['cluster|slots', 'asking'] : [];
  const commands = [...ofRoles, ...ofTopology].filter((command) => command !== 'config|get');
  for (const node of servers.nodes)
    await node.command('ACL', 'SETUSER', 'app', 'on', '>secret', ...accessRules(commands));
  return { ...servers, url: servers.url.replace('://', '://app:secret@') };
}

/** The client stays as it is: unused by the engine, and open at the end. */
async function ofAClient(servers: EngineServers): Promise<EngineServers> {
  const client = createStockClient(parseEngineUrl(servers.url));
  // A client of one server need not be connected.
  if (servers.topology === 'cluster') await client.connect();
  const address = engineAddressOf(client);
  return {
    ...servers,
    address,
    stop: async () => {
      if (servers.topology === 'cluster') await client.close();
      await servers.stop();
    },
  };
}
