import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { EngineUrlError, type TlsSettings } from './engine-address.js';

/**
 * Reads the files of a TLS connection. The server's certificate chain and name are always verified.
 *
 * @throws {EngineUrlError} if a file cannot be read or is not PEM, or if certificate and key do not match.
 */
export function readTlsFiles({ ca, cert, key, servername }: TlsSettings): ConnectionOptions {
  const options: ConnectionOptions = {
    ...(ca && { ca: readPem('ca', ca) }),
    ...(cert && { cert: readPem('cert', cert) }),
    ...(key && { key: readPem('key', key) }),
    ...(servername && { servername }),
  };
  if (options.ca) readCertificate('ca', options.ca as Buffer);
  if (options.cert && options.key) requireMatch(options.cert as Buffer, options.key as Buffer);
  return options;
}

function readPem(parameter: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new EngineUrlError(
      `names the ${parameter} file ${file}, which cannot be read (${code}). Correct the path or the permissions.`,
    );
  }
}

function readCertificate(parameter: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new EngineUrlError(
      `names a ${parameter} file that is not a PEM certificate. Name a file that begins with BEGIN CERTIFICATE.`,
    );
  }
}

function requireMatch(cert: Buffer, key: Buffer): void {
  const certificate = readCertificate('cert', cert);
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return;
  } catch {
    throw new EngineUrlError('names a key file that is not a PEM private key without a passphrase.');
  }
  throw new EngineUrlError('names a cert and a key that do not match. Name the key of that certificate.');
}
