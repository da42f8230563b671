import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly commonName: string;
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** Whose signature it bears; without an issuer it is a certificate authority, signed by itself. */
  readonly issuer?: Certificate;
  readonly dnsNames?: readonly string[];
  readonly ipv4Addresses?: readonly string[];
}

/**
 * Makes a P-256 key and an X.509 v3 certificate for it (RFC 5280), in about a millisecond. node:crypto signs
 * and cannot make certificates, and a machine without the `openssl` program must do too, hence the DER below.
 */
export function makeCertificate(request: CertificateRequest): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const issuerKey = request.issuer?.key ?? key;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name(request.issuer?.commonName ?? request.commonName),
    sequence(utcTime(request.validFrom), utcTime(request.validUntil)),
    name(request.commonName),
    publicKeyInfo(publicKey),
    explicit(3, sequence(...extensions(request, publicKey, createPublicKey(issuerKey)))),
  );
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, issuerKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    commonName: request.commonName,
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key,
  };
}

function extensions(request: CertificateRequest, subject: KeyObject, issuer: KeyObject): Buffer[] {
  const identifiers = [
    extension('2.5.29.14', octetString(keyIdentifier(subject))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer)))),
  ];
  if (!request.issuer) {
    return [
      extension('2.5.29.19', sequence(TRUE), 'critical'),
      // keyCertSign, cRLSign
      extension('2.5.29.15', element(0x03, Buffer.from([1, 0x06])), 'critical'),
      ...identifiers,
    ];
  }
  const alternativeNames = [
    ...(request.dnsNames ?? []).map((dns) => implicit(2, Buffer.from(dns, 'ascii'))),
    ...(request.ipv4Addresses ?? []).map((ip) => implicit(7, Buffer.from(ip.split('.').map(Number)))),
  ];
  return [
    extension('2.5.29.19', sequence(), 'critical'),
    // digitalSignature
    extension('2.5.29.15', element(0x03, Buffer.from([7, 0x80])), 'critical'),
    // serverAuth and clientAuth: nodes of a cluster are each other's clients.
    extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))),
    ...(alternativeNames.length > 0 ? [extension('2.5.29.17', sequence(...alternativeNames))] : []),
    ...identifiers,
  ];
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : undefined;
  return Buffer.concat([Buffer.from(header ?? [tag, 0x82, length >> 8, length & 0xff]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => element(0x30, ...parts);
const integer = (value: Buffer): Buffer => element(0x02, value);
const octetString = (value: Buffer): Buffer => element(0x04, value);
const bitString = (value: Buffer): Buffer => element(0x03, Buffer.from([0]), value);
const explicit = (tag: number, value: Buffer): Buffer => element(0xa0 | tag, value);
const implicit = (tag: number, value: Buffer): Buffer => element(0x80 | tag, value);

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** YYMMDDHHMMSSZ, which RFC 5280 reads as a year before 2050. */
function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`, 'ascii'));
}

function name(commonName: string): Buffer {
  const attribute = sequence(objectId('2.5.4.3'), element(0x0c, Buffer.from(commonName, 'utf8')));
  return sequence(element(0x31, attribute));
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical ? [TRUE] : []), octetString(value));
}

function publicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** Any unique number of the key does; this one is a hash. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20);
}

const TRUE = element(0x01, Buffer.from([0xff]));
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
