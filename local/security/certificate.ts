// @peculiar/x509 needs the polyfill to be loaded first.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, as PEM and for signing others. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly x509: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** Signs the certificate. Without an issuer the certificate is a self-signed authority. */
  readonly issuer?: Certificate;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Makes a P-256 key and an X.509 v3 certificate for it (RFC 5280), with a random serial number. */
export async function makeCertificate(request: CertificateRequest): Promise<Certificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subject = [{ CN: [request.commonName] }];
  const x509 = await X509CertificateGenerator.create({
    subject,
    issuer: request.issuer?.x509.subjectName ?? subject,
    notBefore: request.validFrom,
    notAfter: request.validUntil,
    publicKey: keys.publicKey,
    signingKey: (request.issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: await extensions(request, keys),
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: `${x509.toString('pem')}\n`,
    key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
    x509,
    keys,
  };
}

async function extensions(request: CertificateRequest, keys: webcrypto.CryptoKeyPair): Promise<Extension[]> {
  const { issuer } = request;
  return [
    new BasicConstraintsExtension(!issuer, undefined, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create((issuer?.keys ?? keys).publicKey),
    ...(issuer ? leafExtensions(request) : [authorityUsage()]),
  ];
}

function authorityUsage(): Extension {
  return new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true);
}

function leafExtensions({ dnsNames = [], ipAddresses = [] }: CertificateRequest): Extension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    // The nodes of a cluster are also clients of each other.
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}
