import { createKeyv } from '@keyv/redis';
import { startIntercepted } from './interceptor.js';
import { redisUrl, type StartPeer } from './peer.js';

/** "Using with NestJS" in the README of `@keyv/redis`. */
export const start: StartPeer = (url) =>
  startIntercepted({
    stores: [createKeyv(redisUrl(url), { namespace: 'interceptor-keyv' })],
  });
