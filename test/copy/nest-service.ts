import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freePort } from '../../local/machine/free-port.js';
import { until } from '../support/until.js';
import { run } from './run.js';

const SCHEMATICS = createRequire(import.meta.url).resolve('@angular-devkit/schematics-cli/bin/schematics.js');
const SECRET = 'a secret of a service in a test, long enough';
/** Of all modules. */
const SETTINGS = {
  SESSION_SECRETS: SECRET,
  SESSION_SEALING_KEYS: Buffer.alloc(32, 7).toString('base64'),
  GAME_SERVER_KEY: SECRET,
  COOKIE_SECURE: 'false',
};

/** What `nest new` asks for: ES modules with Vitest, or CommonJS with Jest. */
export type ModuleKind = 'esm' | 'cjs';

/** A service of its own, as `nest new` makes and commits it, to copy modules into. */
export class NestService {
  private constructor(readonly folder: string) {}

  static async create(type: ModuleKind): Promise<NestService> {
    const parent = await mkdtemp(join(tmpdir(), 'bare-'));
    // `nest new` runs this schematic. Without a terminal, its command line makes ES modules only.
    const options = [
      '--name=service',
      `--type=${type}`,
      '--language=ts',
      '--package-manager=npm',
      '--strict',
    ];
    await run(process.execPath, [SCHEMATICS, '@nestjs/schematics:application', ...options], { cwd: parent });
    const service = new NestService(join(parent, 'service'));
    await writeFile(join(service.folder, '.gitignore'), 'node_modules\ndist\n');
    await service.git('init', '--quiet');
    await service.commit();
    return service;
  }

  /** Copies modules as the documentation says. Returns what the command prints. */
  copy(...args: string[]): Promise<string> {
    return run('npm', ['run', '--silent', 'copy', '--', ...args, this.folder], { cwd: process.cwd() });
  }

  install(): Promise<string> {
    return this.npm('install', '--no-audit', '--no-fund');
  }

  /** Runs npm in the service, with all settings in its environment. */
  npm(...args: string[]): Promise<string> {
    return run('npm', args, { cwd: this.folder, env: { ...SETTINGS, ...inject('servers') } });
  }

  npx(...args: string[]): Promise<string> {
    return run('npx', ['--no-install', ...args], { cwd: this.folder });
  }

  async commit(): Promise<void> {
    await this.git('add', '--all');
    await this.git(
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@localhost',
      'commit',
      '--quiet',
      '-m',
      'test',
    );
  }

  /** Goes back to the service of `nest new`. Its installed packages stay. */
  async reset(): Promise<void> {
    await this.git('reset', '--quiet', '--hard');
    await this.git('clean', '-d', '--force', '--quiet');
  }

  git(...args: string[]): Promise<string> {
    return run('git', args, { cwd: this.folder });
  }

  /** Starts the built service, and stops it after `use`. */
  async whileStarted<T>(use: (url: string) => Promise<T>): Promise<T> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], PORT: `${port}`, ...SETTINGS, ...inject('servers') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(server, 'exit');
    let output = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    try {
      await until(async () => {
        if (server.exitCode !== null) throw new Error(`The service ended.\n${output}`);
        return fetch(url).then(
          ({ ok }) => ok,
          () => false,
        );
      });
      return await use(url);
    } finally {
      server.kill();
      await exit;
    }
  }

  async remove(): Promise<void> {
    await rm(join(this.folder, '..'), { recursive: true });
  }
}
