import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AnswerKey, Range } from '../protocol.js';

export const TTL_SECONDS = 3_600;
/** More than the scenarios request, less than memory. */
export const MOST_ENTRIES = 100_000;
/** The same for libraries that count bytes: the default of the query cache. */
export const MEMORY_BYTES = 64 * 2 ** 20;
/** While other sides are measured, connections are idle. */
export const KEEP_ALIVE_MS = 600_000;

/** A side, started. */
export interface Peer {
  readonly port: number;
  /** Resolves when the library has confirmed it. */
  invalidate(answer: AnswerKey): Promise<unknown>;
  /** Copies an answer of another side. */
  copy(url: string): Promise<unknown>;
  /** Reads a range of answers, so that they are stored. */
  fill(range: Range): Promise<unknown>;
  /** Sends PINGs to the engine. */
  ping(count: number): Promise<unknown>;
  close(): Promise<unknown>;
}

/** What each file in this folder exports as `start`. */
export type StartPeer = (engineUrl: string) => Promise<Peer>;

/** Starts a Nest application on a free port. */
export async function startNest(module: Type | DynamicModule): Promise<INestApplication> {
  const app = await NestFactory.create(module, { logger: false });
  await app.listen(0, '127.0.0.1');
  serverOf(app).keepAliveTimeout = KEEP_ALIVE_MS;
  return app;
}

export function serverOf(app: INestApplication): Server {
  return app.getHttpServer() as Server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Not every package knows the scheme `valkey`. */
export function redisUrl(engineUrl: string): string {
  return engineUrl.replace(/^valkey/, 'redis');
}

/** What only some sides can do. */
export const UNSUPPORTED = {
  invalidate: unsupported,
  copy: unsupported,
  fill: unsupported,
  ping: unsupported,
};

function unsupported(): Promise<never> {
  return Promise.reject(new Error('This side does not support that.'));
}
