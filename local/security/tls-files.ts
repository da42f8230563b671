import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '../machine/account.js';
import type { Certificate, CertificateRequest } from './certificate.js';

export interface TlsOptions {
  /** Clients must present a certificate of the same authority. URLs then name one. */
  readonly clientCertificates?: boolean;
  /** The certificate that servers present. Use the invalid ones to test that a client rejects them. */
  readonly serverCertificate?: 'valid' | 'wrong-name' | 'expired';
}

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Paths of PEM files. They are made for one engine and removed with it. */
export interface TlsFiles {
  readonly ca: string;
  /** An authority that has signed no certificate of this engine. A client that trusts only this one rejects its servers. */
  readonly otherCa: string;
  readonly server: CertificateFiles;
  readonly client: CertificateFiles;
  readonly clientCertificates: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Writes the files. Only `account` can read the server's key, and only the current user can read the client's. */
export async function makeTlsFiles(
  directory: string,
  options: TlsOptions,
  account: Account | undefined,
): Promise<TlsFiles> {
  // Loaded on demand: loading the package takes longer than starting a server.
  const { makeCertificate } = await import('./certificate.js');
  const authority = await makeCertificate({ commonName: 'Local engines', ...validNow() });
  const [other, client, server] = await Promise.all([
    makeCertificate({ commonName: 'Another authority', ...validNow() }),
    makeCertificate({ commonName: 'client', ...validNow(), issuer: authority }),
    makeCertificate(serverRequest(options, authority)),
  ]);
  const [ca, otherCa, serverFiles, clientFiles] = await Promise.all([
    write(join(directory, 'ca.pem'), authority.certificate),
    write(join(directory, 'other-ca.pem'), other.certificate),
    writeCertificate(join(directory, 'server'), server, account),
    writeCertificate(join(directory, 'client'), client),
  ]);
  return {
    ca,
    otherCa,
    server: serverFiles,
    client: clientFiles,
    clientCertificates: options.clientCertificates ?? false,
  };
}

/** Settings with which a node uses only TLS, for clients and for other nodes. */
export function tlsSettings(tls: TlsFiles, port: number): [string, string][] {
  return [
    ['port', '0'],
    ['tls-port', `${port}`],
    ['tls-cert-file', tls.server.cert],
    ['tls-key-file', tls.server.key],
    ['tls-ca-cert-file', tls.ca],
    ['tls-auth-clients', tls.clientCertificates ? 'yes' : 'no'],
    ['tls-replication', 'yes'],
    ['tls-cluster', 'yes'],
  ];
}

/** The TLS parameters of an engine URL: the authority and, where clients need one, their certificate. */
export function tlsParameters(tls: TlsFiles | undefined): string[] {
  if (!tls) return [];
  const { ca, client, clientCertificates } = tls;
  const files = { ca, ...(clientCertificates && client) };
  // Slashes are allowed unencoded in a query string.
  return Object.entries(files).map(
    ([name, path]) => `${name}=${encodeURIComponent(path).replaceAll('%2F', '/')}`,
  );
}

function serverRequest({ serverCertificate = 'valid' }: TlsOptions, issuer: Certificate): CertificateRequest {
  const named = serverCertificate !== 'wrong-name';
  return {
    commonName: named ? 'localhost' : 'engine.invalid',
    ...(serverCertificate === 'expired' ? expired() : validNow()),
    issuer,
    dnsNames: [named ? 'localhost' : 'engine.invalid'],
    ipAddresses: named ? ['127.0.0.1'] : [],
  };
}

/** Valid since an hour ago, because the clock of a virtual machine may be set back. */
function validNow(): { validFrom: Date; validUntil: Date } {
  return { validFrom: new Date(Date.now() - HOUR), validUntil: new Date(Date.now() + 365 * DAY) };
}

function expired(): { validFrom: Date; validUntil: Date } {
  return { validFrom: new Date(Date.now() - 2 * DAY), validUntil: new Date(Date.now() - DAY) };
}

async function writeCertificate(
  path: string,
  { certificate, key }: Certificate,
  account?: Account,
): Promise<CertificateFiles> {
  const [certFile, keyFile] = await Promise.all([
    write(`${path}.pem`, certificate),
    writeSecret(`${path}-key.pem`, key, account),
  ]);
  return { cert: certFile, key: keyFile };
}

async function write(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o644 });
  return path;
}

/** Writes a file that only `account` can read (without an account: only the current user). */
export async function writeSecret(path: string, text: string, account?: Account): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  if (account) await chown(path, account.uid, account.gid);
  return path;
}
