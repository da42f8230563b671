import { copyFile } from 'node:fs/promises';
import { startEngine, type TlsFiles } from '../../../local/index.js';
import { type FaultStack, type FaultStackOptions, PASSWORD } from './fault-stack.js';

export const WRONG_PASSWORD = 'password-of-another-engine';

/** A wrong URL or certificate. It stays wrong until somebody corrects it. */
export interface Misconfiguration {
  readonly name: string;
  readonly needsTls: boolean;
  /** The expected reason in the engine's health report. */
  readonly reason: RegExp;
  readonly stack?: FaultStackOptions;
  /** Returns the URL that cannot work. `alsoStop` registers additional servers to stop after the test. */
  arrange(stack: FaultStack, alsoStop: (stop: () => Promise<void>) => void): Promise<string> | string;
}

export const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  {
    name: 'wrong password',
    needsTls: false,
    reason: /password is wrong/,
    arrange: ({ url }) => url.replace(`:${PASSWORD}@`, `:${WRONG_PASSWORD}@`),
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
      await installCertificateOf(filesOf(donor), stack);
      return stack.url.replace(filesOf(stack.victim).ca, filesOf(donor).ca);
    },
  },
];

/** Servers also verify each other's certificates. So they start with a valid one and get the expired one after they have formed. */
async function installCertificateOf(donor: TlsFiles, stack: FaultStack): Promise<void> {
  const { server } = filesOf(stack.victim);
  await copyFile(donor.server.cert, server.cert);
  await copyFile(donor.server.key, server.key);
  await Promise.all([...stack.nodes.values()].map((node) => node.restart()));
}

function filesOf({ tls }: { readonly tls: TlsFiles | undefined }): TlsFiles {
  if (!tls) throw new Error('These servers do not use TLS.');
  return tls;
}
