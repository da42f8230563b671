import { describe, expect, it } from 'vitest';
import { appEnvironment, nodeArguments } from './app-nodes.js';

const urls = { database: 'postgres://a/b', engine: 'valkey://a:1/0', cacheEngine: undefined };

describe('appEnvironment', () => {
  it('sets demo mode and the loopback address, even when .env has other values', () => {
    expect(appEnvironment(urls, { DEMO: 'false', HOST: '0.0.0.0', COOKIE_SECURE: 'true' })).toMatchObject({
      DEMO: 'true',
      HOST: '127.0.0.1',
      COOKIE_SECURE: 'false',
      DATABASE_URL: urls.database,
      ENGINE_URL: urls.engine,
      GAME_SERVER_KEY: 'demo-game-server-key',
    });
  });

  it('generates 32-byte keys for each stack and keeps configured ones', () => {
    const [one, other] = [appEnvironment(urls, {}), appEnvironment(urls, { OPERATOR_KEY: 'given' })];
    expect(Buffer.from(one['SESSION_SEALING_KEYS'] ?? '', 'base64url')).toHaveLength(32);
    expect(one['SESSION_SECRETS']).not.toBe(other['SESSION_SECRETS']);
    expect(other['OPERATOR_KEY']).toBe('given');
  });

  it('sets CACHE_ENGINE_URL only when there is a separate cache engine', () => {
    expect(appEnvironment(urls, {})).not.toHaveProperty('CACHE_ENGINE_URL');
    expect(appEnvironment({ ...urls, cacheEngine: 'memcached://a:2' }, {})).toMatchObject({
      CACHE_ENGINE_URL: 'memcached://a:2',
    });
  });
});

describe('nodeArguments', () => {
  it('runs the built app, or the Nest CLI in watch mode with --watch', () => {
    expect(nodeArguments({ watch: false, debug: false })).toContain('dist/main.js');
    expect(nodeArguments({ watch: true, debug: false })).toEqual(
      expect.arrayContaining(['start', '--watch', '--no-shell']),
    );
  });

  it('opens the inspector on the loopback only with --debug', () => {
    const debug = nodeArguments({ watch: true, debug: true });
    expect(debug.slice(-2)).toEqual(['--debug', '127.0.0.1:9229']);
    expect(nodeArguments({ watch: true, debug: false })).not.toContain('--debug');
  });
});
