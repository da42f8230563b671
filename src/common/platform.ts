import type { HttpAdapterHost } from '@nestjs/core';
import { ModuleSetupError } from './module-setup.error.js';

/**
 * For modules that use Express's request and response. Call it in `onModuleInit`. An application without HTTP passes.
 *
 * @throws {ModuleSetupError} on another HTTP library, for example Fastify.
 */
export function requireExpress(module: string, { httpAdapter }: Pick<HttpAdapterHost, 'httpAdapter'>): void {
  const type = (httpAdapter as HttpAdapterHost['httpAdapter'] | undefined)?.getType() ?? 'express';
  if (type === 'express') return;
  throw new ModuleSetupError(
    `${module} needs Express, and this application runs on ${type}. Use @nestjs/platform-express.`,
  );
}

/**
 * For gateways that use rooms and namespaces of socket.io. Call it in `afterInit` with the namespace.
 *
 * @throws {ModuleSetupError} on another websocket library, for example ws.
 */
export function requireSocketIo(module: string, namespace: object): void {
  if ('adapter' in namespace && 'sockets' in namespace) return;
  throw new ModuleSetupError(
    `${module} needs socket.io. Use the IoAdapter of @nestjs/platform-socket.io, which is Nest's default, in the place of another websocket adapter.`,
  );
}
