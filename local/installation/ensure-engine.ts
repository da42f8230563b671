import { lock } from '../machine/lock.js';
import { canDownload, downloadEngines, missingEngines } from './engine-downloads.js';
import {
  ENGINE_PROGRAMS,
  type EngineKind,
  type EngineProgram,
  enginesDirectory,
  findEngine,
} from './engine-program.js';
import { installByPackageManager } from './package-manager.js';

const REMEDY = 'Install one yourself, or set ENGINE_URL for npm start to one that runs elsewhere.';

/** No requested engine is installed, and none could be installed. The message is one sentence with a remedy. */
export class EngineUnavailableError extends Error {}

/**
 * Finds the first of `kinds` on this machine. When there is none, it downloads all engines into `.data/engines` (Debian and Ubuntu)
 * or installs one with the package manager (other systems; on a terminal it asks first).
 *
 * @throws EngineUnavailableError without a package source, network or consent
 */
export async function ensureEngine(
  kinds: readonly EngineKind[],
  notify: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<EngineProgram> {
  const found = await findEngine(...kinds);
  if (found) return found;
  const directory = await enginesDirectory();
  const held = await lock(directory);
  try {
    // Another process may have installed it while this one waited for the lock.
    return (await findEngine(...kinds)) ?? (await provideEngine(kinds, directory, notify));
  } finally {
    await held.release();
  }
}

async function provideEngine(
  kinds: readonly EngineKind[],
  directory: string,
  notify: (line: string) => void,
): Promise<EngineProgram> {
  const wanted = kinds.map((kind) => ENGINE_PROGRAMS[kind]).join(' or ');
  if (canDownload()) await download(wanted, directory, notify);
  else await installByPackageManager(kinds, notify).catch(unavailable);
  const found = await findEngine(...kinds);
  if (found) return found;
  throw new EngineUnavailableError(
    `${wanted} is not installed, and no package source of this system has it. ${REMEDY}`,
  );
}

async function download(wanted: string, directory: string, notify: (line: string) => void): Promise<void> {
  const missing = missingEngines(directory);
  notify(`${wanted} is not installed. Downloading ${missing.join(', ')} with apt into ${directory}.`);
  await downloadEngines(directory, missing).catch((cause: Error) => {
    const problem = `${wanted} is not installed and could not be downloaded: ${oneSentence(cause.message)}`;
    throw new EngineUnavailableError(`${problem} Check the connection to the package sources. ${REMEDY}`, {
      cause,
    });
  });
}

function unavailable(cause: Error): never {
  throw new EngineUnavailableError(`${cause.message} ${REMEDY}`, { cause });
}

function oneSentence(message: string): string {
  return `${message.replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`;
}
