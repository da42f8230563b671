import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { canDownload, downloadEngines, missingEngines } from './engine-downloads.js';
import {
  ENGINE_PROGRAMS,
  type EngineKind,
  type EngineProgram,
  enginesDirectory,
  findEngine,
  findProgram,
} from './engine-program.js';
import {
  candidatePackages,
  type MachineFacts,
  PACKAGE_MANAGERS,
  type PackageManager,
  planInstallation,
} from './installation-plan.js';
import { lock } from '../machine/lock.js';

const run = promisify(execFile);
const REMEDY = 'Install one yourself, or name one that runs elsewhere in ENGINE_URL.';

/** None of the engines asked for is here or can be had. Its message is one sentence that says what to do. */
export class EngineUnavailableError extends Error {}

/**
 * The first of `kinds` that the system has or that was downloaded before. Where there is none, one is brought: on Debian and
 * Ubuntu all engines are downloaded into `.data/engines`, elsewhere the package manager installs one, on a terminal after asking.
 *
 * @throws EngineUnavailableError when there is no way, no network or no consent
 */
export async function ensureEngine(
  kinds: readonly EngineKind[],
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<EngineProgram> {
  const found = await findEngine(...kinds);
  if (found) return found;
  const directory = await enginesDirectory();
  const held = await lock(directory);
  try {
    // Another process may have brought it meanwhile.
    return (await findEngine(...kinds)) ?? (await bringEngine(kinds, directory, say));
  } finally {
    await held.release();
  }
}

async function bringEngine(
  kinds: readonly EngineKind[],
  directory: string,
  say: (line: string) => void,
): Promise<EngineProgram> {
  const wanted = kinds.map((kind) => ENGINE_PROGRAMS[kind]).join(' or ');
  const byApt = canDownload();
  if (byApt) {
    const missing = missingEngines(directory);
    say(`No ${wanted} here: apt downloads ${missing.join(', ')} into ${directory}. Nothing is installed.`);
    await downloadEngines(directory, missing).catch((cause: Error) => {
      const problem = `No ${wanted} is here, and it could not be downloaded: ${oneSentence(cause.message)}`;
      throw new EngineUnavailableError(
        `${problem} Connect this machine to its package sources and start again. ${REMEDY}`,
        { cause },
      );
    });
  } else {
    await installEngine(kinds, say);
  }
  const found = await findEngine(...kinds);
  if (found) return found;
  const problem = byApt
    ? 'no package source of this system has it'
    : 'it was installed, but is not on the PATH';
  throw new EngineUnavailableError(`No ${wanted} is here, and ${problem}. ${REMEDY}`);
}

function oneSentence(message: string): string {
  return `${message.replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`;
}

/** By the system's package manager. */
async function installEngine(kinds: readonly EngineKind[], say: (line: string) => void): Promise<void> {
  for (let refreshed = false; ; refreshed = true) {
    const plan = planInstallation(kinds, await gatherFacts(kinds, refreshed));
    if (plan.step === 'impossible') throw new EngineUnavailableError(`${plan.reason} ${REMEDY}`);
    say(`No ${kinds.join(' or ')} server is installed here. This will run: ${plan.command.join(' ')}`);
    if (!(await consent())) throw new EngineUnavailableError(`Nothing was installed. ${REMEDY}`);
    await runVisibly(plan.command);
    if (plan.step === 'install') return;
  }
}

async function gatherFacts(kinds: readonly EngineKind[], refreshed: boolean): Promise<MachineFacts> {
  const manager = PACKAGE_MANAGERS.find((name) => findProgram(name));
  return {
    manager,
    refreshed,
    root: process.getuid?.() === 0,
    sudo: findProgram('sudo') !== undefined,
    offered: new Set(manager ? await offeredPackages(manager, candidatePackages(manager, kinds)) : []),
  };
}

async function offeredPackages(manager: PackageManager, names: readonly string[]): Promise<string[]> {
  const offers = await Promise.all(names.map((name) => OFFERS[manager](name).catch(() => false)));
  return names.filter((_, index) => offers[index]);
}

const OFFERS: Record<PackageManager, (name: string) => Promise<boolean>> = {
  dnf: async (name) => (await run('dnf', ['--quiet', 'repoquery', name])).stdout.trim() !== '',
  apk: async (name) => (await run('apk', ['search', '--exact', name])).stdout.trim() !== '',
  // Both fail for a name they do not know.
  pacman: async (name) => Boolean(await run('pacman', ['--sync', '--info', name])),
  brew: async (name) => Boolean(await run('brew', ['info', name])),
};

async function consent(): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // readline keeps Ctrl-C to itself while it asks.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answer = await terminal.question('Go ahead? [Y/n] ');
  terminal.close();
  return /^\s*(y|yes)?\s*$/i.test(answer);
}

/** With its output, and its terminal for the password that sudo may want. */
function runVisibly([program = '', ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new EngineUnavailableError(
            `${program} ended with ${signal ?? `code ${code}`}; see its output above.`,
          ),
        );
    });
  });
}
