import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Listening } from './side-app.js';

/** The options that `SideApp.start` got. */
export function sideOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Serves until the parent process disconnects, and answers its questions. */
export async function serveSide(app: NestExpressApplication): Promise<void> {
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer();
  // While other sides are measured, connections are idle.
  server.keepAliveTimeout = 600_000;
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1_000);
  });
  const { port } = server.address() as AddressInfo;
  process.send?.({ port } satisfies Listening);
  await once(process, 'disconnect');
  server.closeAllConnections();
  await app.close();
}
