import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy that closes the connection on some commands, as proxies do that know only a part of the protocol, and on long ones. */
export interface RefusingProxy {
  readonly port: number;
  through(url: string): string;
  /** The commands that it closed a connection on. */
  readonly refused: readonly string[];
  stop(): void;
}

/** What serverless caches accept, with the command's name. */
const MOST_ARGUMENTS = 3_999;

/** Starts a proxy in front of a server. `commands`: names without arguments, for example `ROLE`. */
export async function startRefusingProxy(
  target: number,
  commands: readonly string[],
): Promise<RefusingProxy> {
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      const found = commandsIn(chunk).find(
        ({ name, words }) => commands.includes(name) || words > MOST_ARGUMENTS,
      );
      if (!found) return upstream.write(chunk);
      refused.push(found.name);
      upstream.destroy();
      return client.destroy();
    });
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.');
  return {
    port: address.port,
    through: (url) => url.replace(`:${target}`, `:${address.port}`),
    refused,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first word of each command in a chunk, and the number of its words. */
function commandsIn(chunk: Buffer): { name: string; words: number }[] {
  const headers = chunk.toString('latin1').matchAll(/\*(\d+)\r\n\$\d+\r\n([^\r]+)\r\n/g);
  return [...headers].map(([, words, name = '']) => ({ name, words: Number(words) }));
}
