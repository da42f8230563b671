import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import { redisLikes } from '../../../support/app.js';

const started: LocalEngine[] = [];

async function start(...args: Parameters<typeof startEngine>): Promise<LocalEngine> {
  const server = (await startEngine(...args)) as LocalEngine;
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

interface Trust {
  readonly ca?: string;
  readonly withCertificate?: boolean;
}

/** Connects with full certificate checks, with the URL's parameters or with `trust` instead. */
async function ping(server: LocalEngine, { ca, withCertificate = true }: Trust = {}): Promise<string> {
  const { searchParams } = new URL(server.url);
  const file = (name: string): Buffer | undefined => {
    const path = searchParams.get(name);
    return path === null ? undefined : readFileSync(path);
  };
  const socket = connect({
    host: '127.0.0.1',
    port: server.port,
    ca: ca ? readFileSync(ca) : file('ca'),
    cert: withCertificate ? file('cert') : undefined,
    key: withCertificate ? file('key') : undefined,
  });
  try {
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  } finally {
    socket.destroy();
  }
}

describe.each(redisLikes())('startEngine(%j, { tls })', (kind) => {
  it('accepts TLS clients that trust the authority in its URL', async () => {
    const server = await start(kind, { tls: true });
    expect(server.url).toMatch(new RegExp(`^${kind}s://127\\.0\\.0\\.1:\\d+/0\\?ca=/`));
    expect(await ping(server)).toBe('+PONG\r\n');
    expect(await server.command('PING')).toBe('PONG');
  });

  it('presents a certificate for 127.0.0.1 and localhost', async () => {
    const { tls } = await start(kind, { tls: true });
    const certificate = new X509Certificate(readFileSync(tls?.server.cert ?? ''));
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  });

  it('is rejected by clients that trust another authority', async () => {
    const server = await start(kind, { tls: true });
    await expect(ping(server, { ca: server.tls?.otherCa ?? '' })).rejects.toMatchObject({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
    });
  });

  it.each([
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('is refused when its certificate is %s', async (serverCertificate, code) => {
    const server = await start(kind, { tls: { serverCertificate } });
    await expect(ping(server)).rejects.toMatchObject({ code });
  });

  it('rejects clients without a certificate when clientCertificates is set', async () => {
    const server = await start(kind, { tls: { clientCertificates: true } });
    expect(await ping(server)).toBe('+PONG\r\n');
    await expect(ping(server, { withCertificate: false })).rejects.toThrow(/certificate required/);
  });

  it('requires a password over TLS, keeps its certificate after a restart, and deletes it on stop()', async () => {
    const server = await start(kind, { tls: true, password: 'p@ss word' });
    expect(await ping(server)).toMatch(/^-NOAUTH/);
    const url = server.url;
    await server.restart();
    expect(server.url).toBe(url);
    expect(await server.command('PING')).toBe('PONG');
    await server.stop();
    expect(existsSync(dirname(server.tls?.ca ?? ''))).toBe(false);
  });
});

describe('startEngine', () => {
  it('rejects users and passwords for Memcached', async () => {
    await expect(startEngine('memcached', { password: 'p' })).rejects.toThrow(
      'Memcached servers support no password or users',
    );
  });
});
