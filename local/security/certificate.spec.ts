import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from './certificate.js';

const validity = {
  validFrom: new Date('2026-01-02T03:04:05Z'),
  validUntil: new Date('2049-12-31T23:59:59Z'),
};
const authority = await makeCertificate({ commonName: 'an authority', ...validity });
const server = await makeCertificate({
  commonName: 'a server',
  ...validity,
  issuer: authority,
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
});

describe('makeCertificate', () => {
  it('makes a self-signed authority and certificates that it has signed', () => {
    const [root, leaf] = [
      new X509Certificate(authority.certificate),
      new X509Certificate(server.certificate),
    ];
    expect(root).toMatchObject({ ca: true, subject: 'CN=an authority', issuer: 'CN=an authority' });
    expect(root.verify(root.publicKey)).toBe(true);
    expect(leaf).toMatchObject({ ca: false, subject: 'CN=a server', issuer: 'CN=an authority' });
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
  });

  it('contains the requested host names, addresses and validity', () => {
    const leaf = new X509Certificate(server.certificate);
    expect(leaf.checkHost('localhost')).toBe('localhost');
    expect(leaf.checkHost('engine.invalid')).toBeUndefined();
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect([new Date(leaf.validFrom), new Date(leaf.validTo)]).toEqual([
      validity.validFrom,
      validity.validUntil,
    ]);
  });

  it('restricts the key to server and client authentication', () => {
    const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
    const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
    expect(new X509Certificate(server.certificate).keyUsage).toEqual([SERVER_AUTH, CLIENT_AUTH]);
  });

  it('uses a new key and serial number for each certificate', async () => {
    const other = await makeCertificate({ commonName: 'an authority', ...validity });
    const [one, two] = [new X509Certificate(authority.certificate), new X509Certificate(other.certificate)];
    expect(one.serialNumber).not.toBe(two.serialNumber);
    expect(one.verify(two.publicKey)).toBe(false);
    expect(new X509Certificate(server.certificate).verify(two.publicKey)).toBe(false);
  });
});
