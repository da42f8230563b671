import { copyFile } from 'node:fs/promises';
import { startEngine, type TlsFiles } from '../../../local/index.js';
import { type FaultStack, type FaultStackOptions, PASSWORD } from './fault-stack.js';

/** Something that only people can put right: the URL, or the server's certificate. */
export interface Misconfiguration {
  readonly name: string;
  readonly needsTls: boolean;
  /** What the engine's reason has to say. */
  readonly reason: RegExp;
  readonly stack?: FaultStackOptions;
  /** The URL with which the engine cannot succeed. Servers that this needs besides are handed over to be stopped. */
  arrange(stack: FaultStack, alsoStop: (stop: () => Promise<void>) => void): Promise<string> | string;
}

export const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  {
    name: 'wrong password',
    needsTls: false,
    reason: /password is wrong/,
    arrange: ({ url }) => url.replace(`:${PASSWORD}@`, ':another@'),
  },
  {
    name: 'wrong CA',
    needsTls: true,
    reason: /unknown authority/,
    arrange: ({ url, victim }) => url.replace(filesOf(victim).ca, filesOf(victim).otherCa),
  },
  {
    name: 'wrong name',
    needsTls: true,
    reason: /for another name/,
    stack: { serverCertificate: 'wrong-name' },
    arrange: ({ url }) => url,
  },
  {
    name: 'expired certificate',
    needsTls: true,
    reason: /expired/,
    async arrange(stack, alsoStop) {
      const donor = await startEngine(stack.site.kind, { tls: { serverCertificate: 'expired' } });
      alsoStop(() => donor.stop());
      await showCertificateOf(filesOf(donor), stack);
      return stack.url.replace(filesOf(stack.victim).ca, filesOf(donor).ca);
    },
  },
];

/** Servers check each other's certificates as well, so they start with a valid one and get the other when they have formed. */
async function showCertificateOf(donor: TlsFiles, stack: FaultStack): Promise<void> {
  const { server } = filesOf(stack.victim);
  await copyFile(donor.server.cert, server.cert);
  await copyFile(donor.server.key, server.key);
  await Promise.all([...stack.nodes.values()].map((node) => node.restart()));
}

function filesOf({ tls }: { readonly tls: TlsFiles | undefined }): TlsFiles {
  if (!tls) throw new Error('These servers speak no TLS.');
  return tls;
}
