import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { type EngineKind, type EngineProgram, findEngine, findProgram } from './engine-program.js';
import {
  candidatePackages,
  type MachineFacts,
  PACKAGE_MANAGERS,
  type PackageManager,
  planInstallation,
} from './installation-plan.js';

const run = promisify(execFile);

/**
 * The first of `kinds` that is installed; if none is, the first that the system's package manager offers,
 * installed now. On a terminal it asks first. Throws one sentence when there is no way, or no consent.
 */
export async function ensureEngine(
  kinds: readonly EngineKind[],
  say: (line: string) => void,
): Promise<EngineProgram> {
  let refreshed = false;
  for (;;) {
    const found = findEngine(...kinds);
    if (found) return found;
    const plan = planInstallation(kinds, await gatherFacts(kinds, refreshed));
    if (plan.step === 'impossible') throw new Error(plan.reason);
    say(`No ${kinds.join(' or ')} server is installed here. This will run: ${plan.command.join(' ')}`);
    if (!(await consent())) {
      throw new Error('Nothing was installed. Install a server yourself, or name one in ENGINE_URL.');
    }
    await runVisibly(plan.command);
    refreshed = true;
    if (plan.step === 'install' && !findEngine(plan.kind)) {
      throw new Error(`${plan.command.join(' ')} succeeded, but its server is not on the PATH.`);
    }
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
  'apt-get': async (name) =>
    /Candidate: (?!\(none\))/.test((await run('apt-cache', ['policy', name])).stdout),
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
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}; see its output above.`));
    });
  });
}
