import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { EngineKind, FaultProxy, LocalEngine, LocalServer } from '../../../local/index.js';
import { type Engine, MemcachedEngine } from '../../../src/engine/index.js';
import { commandsOf } from '../commands-of.js';

/** The node and the server of an outage. */
export interface OutageSite {
  kind: EngineKind;
  server: LocalServer;
  /** Between the node and the server. */
  proxy: FaultProxy;
  /** The node's. */
  engine: Engine;
  /** Of the answers that are stored. */
  entries: readonly string[];
}

/** One kind of outage. `strike` returns how to repair it. */
export interface CacheOutage {
  /** The server is down before the node starts. */
  isAtBoot?: boolean;
  strike(site: OutageSite): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
}

const SLOWED_BY_MS = 500;
/** Truncated, so the checksum is wrong. */
const CORRUPT = `{"loadedAt":${Date.now()},"freshMs":600000,"staleMs":0,"tokens":[],"etag":"","checksum":7}\n{"key":`;

export const CACHE_OUTAGES: Readonly<Record<string, CacheOutage>> = {
  'refused at boot': { isAtBoot: true, strike: killed },
  killed: { strike: killed },
  'paused (SIGSTOP)': {
    strike: ({ server }) => {
      server.pause();
      return () => server.resume();
    },
  },
  [`slower by ${SLOWED_BY_MS} ms`]: {
    strike: ({ proxy }) => {
      proxy.delay(SLOWED_BY_MS / 2);
      return () => proxy.heal();
    },
  },
  'out of memory': { strike: outOfMemory },
  'corrupt answers': {
    strike: async ({ engine, entries }) => {
      await Promise.all(entries.map((entry) => write(engine, entry, CORRUPT)));
      return () => undefined;
    },
  },
  'another protocol on its port': { strike: anotherProtocol },
};

async function killed({ server }: OutageSite) {
  await server.kill();
  return () => server.restart();
}

async function outOfMemory({ kind, server, engine }: OutageSite) {
  if (kind === 'memcached') return filledUp(engine as MemcachedEngine);
  const limit = (bytes: string) => (server as LocalEngine).command('CONFIG', 'SET', 'maxmemory', bytes);
  await limit('1');
  return async () => void (await limit('0'));
}

/** Memcached runs with `-M`: it rejects writes when it is full, instead of evicting. */
async function filledUp(engine: MemcachedEngine) {
  const filling: string[] = [];
  const piece = Buffer.alloc(900_000);
  const hasRoom = async (): Promise<boolean> => {
    filling.push(`filling:${filling.length}`);
    return engine.set(filling.at(-1) ?? '', piece).then(
      () => true,
      () => false,
    );
  };
  while (filling.length < 100 && (await hasRoom()));
  return async () => void (await Promise.all(filling.map((key) => engine.delete(key).catch(() => false))));
}

/** A server that speaks neither protocol listens on the engine's port. */
async function anotherProtocol({ server }: OutageSite) {
  await server.kill();
  const impostor = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('HTTP/1.1 418 \r\n\r\n$-7\r\n*3\r\n\u0081\u0000\u00ff-+:\r\n'));
  });
  await listening(impostor, server.port);
  return async () => {
    impostor.close();
    await server.restart();
  };
}

async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function write(engine: Engine, key: string, text: string): Promise<void> {
  if (engine instanceof MemcachedEngine) await engine.set(key, text);
  else await commandsOf(engine).set(key, text);
}
