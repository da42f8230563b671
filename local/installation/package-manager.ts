import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { ENGINE_PROGRAMS, type EngineKind, findProgram } from './engine-program.js';

/** Every one of them names the packages `valkey`, `redis` and `memcached`. */
const INSTALL_COMMANDS = {
  dnf: ['dnf', 'install', '--assumeyes'],
  apk: ['apk', 'add', '--update-cache'],
  pacman: ['pacman', '--sync', '--refresh', '--needed', '--noconfirm'],
  brew: ['brew', 'install'],
} as const;

export type PackageManager = keyof typeof INSTALL_COMMANDS;

export const PACKAGE_MANAGERS = Object.keys(INSTALL_COMMANDS) as PackageManager[];

/** What decides the command. */
export interface MachineFacts {
  readonly manager: PackageManager | undefined;
  readonly root: boolean;
  readonly sudo: boolean;
}

function machineFacts(): MachineFacts {
  return {
    manager: PACKAGE_MANAGERS.find((name) => findProgram(name)),
    root: process.getuid?.() === 0,
    sudo: findProgram('sudo') !== undefined,
  };
}

/**
 * The command that installs an engine.
 *
 * @throws Error with one sentence when this machine has no known package manager, or when the command needs root and sudo is missing
 */
export function installCommand(kind: EngineKind, { manager, root, sudo }: MachineFacts): string[] {
  const missing = `${ENGINE_PROGRAMS[kind]} is not installed`;
  if (!manager) {
    const known = ['apt-get', ...PACKAGE_MANAGERS].join(', ');
    throw new Error(`${missing}, and this machine has none of ${known} to install it.`);
  }
  const command = [...INSTALL_COMMANDS[manager], kind];
  // Homebrew refuses to run as root. The others need root.
  if (manager === 'brew' || root) return command;
  if (sudo) return ['sudo', ...command];
  throw new Error(`${missing}. As root, run: ${command.join(' ')}.`);
}

/**
 * Installs the first of `kinds` that the package manager has: prints the command, asks on a terminal, and runs it.
 *
 * @throws Error with one sentence when there is no command, no consent, or when every command failed
 */
export async function installByPackageManager(
  kinds: readonly EngineKind[],
  notify: (line: string) => void,
): Promise<void> {
  const facts = machineFacts();
  let failure = 'Nothing was installed.';
  for (const kind of kinds) {
    const command = installCommand(kind, facts);
    notify(`${ENGINE_PROGRAMS[kind]} is not installed. This command installs it: ${command.join(' ')}`);
    if (!(await confirmed())) break;
    const exit = await runVisibly(command);
    if (exit === 0) return;
    failure = `${command[0]} exited with ${exit}. See its output above.`;
  }
  throw new Error(failure);
}

/** Without a terminal the answer is yes. */
async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // readline does not pass Ctrl-C on while it waits for an answer.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answer = await terminal.question('Run it? [Y/n] ');
  terminal.close();
  return /^\s*(y|yes)?\s*$/i.test(answer);
}

/** Shares this terminal: sudo may ask for a password. Resolves with the exit code or the signal. */
function runVisibly([program = '', ...args]: readonly string[]): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1));
  });
}
