import { once } from 'node:events';
import { createServer } from 'node:http';
import { KEEP_ALIVE_MS, portOf, type StartPeer, UNSUPPORTED } from './peer.js';

const OF_THE_CONNECTION = ['connection', 'date', 'keep-alive'];

interface Copy {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Node's HTTP server alone. It writes bytes and headers that it copied from an answer of another side. */
export const start: StartPeer = async () => {
  const copies = new Map<string, Copy>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const copy = copies.get(request.url ?? '');
    if (copy) response.writeHead(200, copy.headers).end(copy.body);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...UNSUPPORTED,
    port: portOf(server),
    copy: async (url) => copies.set(new URL(url).pathname, await copyOf(url)),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

async function copyOf(url: string): Promise<Copy> {
  const response = await fetch(url);
  const headers = [...response.headers].filter(([name]) => !OF_THE_CONNECTION.includes(name));
  return { headers: Object.fromEntries(headers), body: Buffer.from(await response.arrayBuffer()) };
}
