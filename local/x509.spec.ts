import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from './x509.js';

const validity = {
  validFrom: new Date('2026-01-02T03:04:05Z'),
  validUntil: new Date('2049-12-31T23:59:59Z'),
};
const authority = makeCertificate({ commonName: 'an authority', ...validity });
const server = makeCertificate({
  commonName: 'a server',
  ...validity,
  issuer: authority,
  dnsNames: ['localhost'],
  ipv4Addresses: ['127.0.0.1'],
});

describe('makeCertificate', () => {
  it('makes an authority that signed itself and what it issued', () => {
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

  it('names hosts and times', () => {
    const leaf = new X509Certificate(server.certificate);
    expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect([new Date(leaf.validFrom), new Date(leaf.validTo)]).toEqual([
      validity.validFrom,
      validity.validUntil,
    ]);
  });

  it('gives each its own key and serial number', () => {
    const other = makeCertificate({ commonName: 'an authority', ...validity });
    const [one, two] = [new X509Certificate(authority.certificate), new X509Certificate(other.certificate)];
    expect(one.serialNumber).not.toBe(two.serialNumber);
    expect(one.verify(two.publicKey)).toBe(false);
    expect(new X509Certificate(server.certificate).verify(two.publicKey)).toBe(false);
  });
});
