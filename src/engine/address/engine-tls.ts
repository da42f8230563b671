import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { EngineUrlError, type TlsSettings } from './engine-url.js';

/**
 * Reads the files a TLS connection needs. Chain and name of the server are always verified.
 *
 * @throws {EngineUrlError} if a file cannot be read, is no PEM, or certificate and key do not belong together.
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
      `names the ${parameter} file ${file}, which cannot be read (${code}). Correct the path or its rights.`,
    );
  }
}

function readCertificate(parameter: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new EngineUrlError(
      `names a ${parameter} file that is no certificate in PEM. Name one that begins with BEGIN CERTIFICATE.`,
    );
  }
}

function requireMatch(cert: Buffer, key: Buffer): void {
  const certificate = readCertificate('cert', cert);
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return;
  } catch {
    throw new EngineUrlError('names a key file that is no private key in PEM without a passphrase.');
  }
  throw new EngineUrlError(
    'names a cert and a key that do not belong together. Name the key the certificate was made with.',
  );
}
