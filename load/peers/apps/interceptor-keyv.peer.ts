import { createKeyv } from '@keyv/redis';
import { startIntercepted } from './interceptor.js';
import type { StartPeer } from './peer.js';

/** "Using with NestJS" in the README of `@keyv/redis`. */
export const start: StartPeer = (url) =>
  startIntercepted({
    stores: [createKeyv(url.replace(/^valkey/, 'redis'), { namespace: 'interceptor-keyv' })],
  });
