import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Without what Vitest sets for itself: a service's own test runner must not find it. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name)),
);

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a command. Returns its output, of both streams. @throws {Error} with the output if the command fails. */
export async function run(command: string, args: string[], { cwd, env }: RunOptions): Promise<string> {
  try {
    const options = { cwd, env: { ...ENVIRONMENT, NO_COLOR: '1', ...env }, maxBuffer: 64 * 1024 * 1024 };
    const { stdout, stderr } = await execute(command, args, options);
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(' ')} failed in ${cwd}.\n${stdout}${stderr}`, {
      cause: error,
    });
  }
}
