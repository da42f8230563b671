import { createClient } from 'redis';

export type EngineClient = ReturnType<typeof clientOf>;

/** Connects to one server that the run has started, without TLS. */
export async function withEngine<T>(url: string, work: (client: EngineClient) => Promise<T>): Promise<T> {
  const client = clientOf(url);
  // Without a listener node-redis would end the process. Calls report failures themselves.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

function clientOf(url: string) {
  const { hostname: host, port, username, password } = new URL(url);
  return createClient({ ...(username && { username, password }), socket: { host, port: Number(port) } });
}
