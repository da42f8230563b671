import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recover, STAGE, stageOf } from './journal.js';
import { type Write, writeFiles, type WriteOptions } from './write-files.js';

const WRITES: Write[] = [
  { path: 'package.json', content: 'new' },
  { path: 'src/removed.ts', content: null },
  { path: 'src/deep/er/created.ts', content: 'new' },
];

/** A folder with two files. */
function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'write-files-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), 'old', { mode: 0o600 });
  writeFileSync(join(root, 'src/removed.ts'), 'old');
  return root;
}

/** Every file and folder with its content and mode. */
function contentOf(root: string): Record<string, unknown> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const file = join(root, path);
      const { mode } = statSync(file);
      return [path, statSync(file).isDirectory() ? { mode } : { mode, text: readFileSync(file, 'utf8') }];
    }),
  );
}

/** How many steps it takes, from a run that ends well. */
async function countSteps(): Promise<number> {
  let steps = 0;
  await writeFiles(folder(), WRITES, { onStep: () => steps++ });
  return steps;
}

/** The numbers of the steps after which the folder is not as it was, if the copy ends after them. */
async function stepsThatLeaveTraces(
  options: (isLast: () => boolean) => WriteOptions,
  message: string,
): Promise<number[]> {
  const total = await countSteps();
  const traces: number[] = [];
  for (let last = 1; last < total; last++) {
    const root = folder();
    const before = contentOf(root);
    let steps = 0;
    const isLast = () => {
      steps++;
      return steps === last;
    };
    await expect(writeFiles(root, WRITES, options(isLast))).rejects.toThrow(message);
    if (!isDeepStrictEqual(contentOf(root), before)) traces.push(last);
  }
  return traces;
}

/** The program that kills itself, as plain JavaScript, which starts sooner. */
function compiledProgram(): string {
  const to = mkdtempSync(join(tmpdir(), 'killed-copy-'));
  onTestFinished(() => rmSync(to, { recursive: true, force: true }));
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(to, 'writing'));
  for (const name of [
    'copy-error',
    'writing/journal',
    'writing/write-files',
    'writing/killed-copy.process',
  ]) {
    const code = readFileSync(fileURLToPath(new URL(`../${name}.ts`, import.meta.url)), 'utf8');
    const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };
    writeFileSync(join(to, `${name}.js`), ts.transpileModule(code, { compilerOptions }).outputText);
  }
  return join(to, 'writing/killed-copy.process.js');
}

describe('writeFiles', () => {
  it('creates, replaces and removes files, keeps their modes, and leaves nothing beside them', async () => {
    const root = folder();
    await writeFiles(root, WRITES);
    expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
      'package.json',
      'src',
      'src/deep',
      'src/deep/er',
      'src/deep/er/created.ts',
    ]);
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe('new');
    expect(statSync(join(root, 'package.json')).mode & 0o777).toBe(0o600);
  });

  it('leaves the folder as it was if any step fails', async () => {
    const fail = (isLast: () => boolean): WriteOptions => ({
      onStep: () => {
        if (isLast()) throw new Error('no space left on device');
      },
    });
    expect(await stepsThatLeaveTraces(fail, 'no space left')).toEqual([]);
  });

  it('leaves the folder as it was if it is interrupted after any step', async () => {
    const interrupt = (isLast: () => boolean): WriteOptions => {
      const interruption = new AbortController();
      const onStep = () => {
        if (isLast()) interruption.abort();
      };
      return { onStep, signal: interruption.signal };
    };
    expect(await stepsThatLeaveTraces(interrupt, 'aborted')).toEqual([]);
  });
});

describe('recover', () => {
  it('undoes what a killed process has done, whichever step was its last', async () => {
    const before = contentOf(folder());
    const program = compiledProgram();
    const traces: number[] = [];
    const total = Number(spawnSync(process.execPath, [program, folder()], { encoding: 'utf8' }).stdout);
    for (let last = 1; last <= total; last++) {
      const root = folder();
      const { signal } = spawnSync(process.execPath, [program, root, String(last)]);
      if (signal !== 'SIGKILL') traces.push(last);
      // After the last step all files are new, and only the stage is left.
      const isDone = existsSync(stageOf(root).committed);
      await recover(root);
      if (existsSync(join(root, STAGE)) || isDone === isDeepStrictEqual(contentOf(root), before))
        traces.push(last);
    }
    expect(total).toBeGreaterThan(15);
    expect(traces).toEqual([]);
  });

  it('finishes when it is itself interrupted and runs again', async () => {
    const root = folder();
    const before = contentOf(root);
    const { stage, journal, oldFile } = stageOf(root);
    mkdirSync(join(stage, 'old'), { recursive: true });
    mkdirSync(join(root, 'src/deep'));
    // Step 1 was undone already: its old file is back.
    writeFileSync(oldFile(0), 'old', { mode: 0o600 });
    writeFileSync(join(root, 'package.json'), 'new');
    const steps = ['package.json', 'src/removed.ts'].map((path) => ({ path, existed: true }));
    writeFileSync(
      journal,
      JSON.stringify({ steps: [...steps, { path: 'src/deep/a.ts', existed: false }], folders: ['src/deep'] }),
    );
    await recover(root);
    expect(contentOf(root)).toEqual(before);
  });

  it('rejects while another process copies, and names it', async () => {
    const root = folder();
    mkdirSync(join(root, STAGE));
    writeFileSync(stageOf(root).process, String(process.ppid));
    await expect(recover(root)).rejects.toThrow(`is running as process ${process.ppid}. Wait for its end.`);
    expect(existsSync(join(root, STAGE))).toBe(true);
  });
});
