import { randomUUID } from 'node:crypto';
import { type EngineStack, startSentinel, WRITES_NEED_A_REPLICA } from '../../local/index.js';
import { isSentinel, REPLICAS, type Servers } from './engines.js';

/** A primary with replicas and sentinels, each behind a fault proxy. */
export interface ProxiedEngines extends EngineStack {
  /** The URL for an app node that signs in as this user, so that a fault can concern this node alone. */
  urlFor(user: string): string;
  /** The URL of one server, through its proxy. */
  urlOf(node: string, user: string): string;
  /** Names of the servers that hold data. */
  readonly dataNodes: readonly string[];
}

/** Starts them with these users. The servers themselves sign in without a name. */
export async function startProxied(
  { engine }: Pick<Servers, 'engine'>,
  users: readonly string[],
): Promise<ProxiedEngines> {
  const stack = await startSentinel(engine, {
    proxied: true,
    replicas: REPLICAS,
    settings: WRITES_NEED_A_REPLICA,
  });
  const password = randomUUID();
  try {
    for (const node of stack.nodes.values()) {
      for (const user of users) {
        await node.command('ACL', 'SETUSER', user, 'on', `>${password}`, '~*', '&*', '+@all');
      }
    }
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return Object.assign(stack, {
    urlFor: (user: string) => stack.url.replace('://', `://${user}:${password}@`),
    urlOf: (node: string, user: string) => `redis://${user}:${password}@127.0.0.1:${stack.proxy(node).port}`,
    dataNodes: [...stack.nodes.keys()].filter((name) => !isSentinel(name)),
  });
}
