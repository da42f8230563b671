import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { requireExpress, requireSocketIo } from './platform.js';

const hostOn = (type?: string) =>
  ({ httpAdapter: type && { getType: () => type } }) as Parameters<typeof requireExpress>[1];

describe('requireExpress', () => {
  it('accepts Express, and an application without HTTP', () => {
    for (const type of ['express', undefined])
      expect(() => requireExpress('SessionsModule', hostOn(type))).not.toThrow();
  });

  it('refuses Fastify, and names the package to use', () => {
    expect(() => requireExpress('SessionsModule', hostOn('fastify'))).toThrow(
      'SessionsModule needs Express, and this application runs on fastify. Use @nestjs/platform-express.',
    );
  });
});

describe('requireSocketIo', () => {
  it('refuses the server of another websocket library', () => {
    expect(() => requireSocketIo('LeaderboardModule', new EventEmitter())).toThrow(
      /^LeaderboardModule needs socket\.io\. Use the IoAdapter of @nestjs\/platform-socket\.io/,
    );
  });
});
