import { createServer } from 'node:net';

/** A loopback port nobody listens on now. Somebody may take it before its server does: be ready to ask again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.');
      probe.close(() => resolve(address.port));
    });
  });
}
