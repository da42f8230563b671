import { spawnSync } from 'node:child_process';

/** Why tests with a program are skipped; undefined if it is installed. In CI its lack is an error. */
export function lackOf(program: string): string | undefined {
  if (spawnSync(program, ['--version']).error === undefined) return undefined;
  if (process.env['CI']) throw new Error(`CI needs ${program}. Install it: apt-get install ${program}`);
  return `${program} is not installed`;
}
