import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyModules, previewCopy } from './copy-modules.js';
import { readRecord, RECORD, writeRecord } from './plan/record.js';
import { conflictsOf, describeDifferences } from './report.js';
import { nestService, type NestService } from './testing/nest-service.js';

const FILE = 'src/common/time-limit.ts';
const OLD_LINE = '// An old line.\n';

/** A service with an older copy: its files and its record have the given texts; undefined: the older copy did not have that file. */
async function olderCopy(
  texts: Record<string, string | undefined>,
): Promise<NestService & { current: string }> {
  const service = nestService();
  await copyModules({ modules: ['query-cache'], target: service.root });
  const current = service.read(FILE);
  const { record, originals } = readRecord(service.root) ?? { originals: new Map<string, string>() };
  if (!record) throw new Error('There is no record.');
  for (const [path, text] of Object.entries(texts)) {
    if (text === undefined) {
      originals.delete(path);
      rmSync(join(service.root, path));
    } else {
      originals.set(path, text);
      service.write(path, text);
    }
  }
  for (const [path, content] of writeRecord(record, originals)) service.write(path, content as string);
  return { ...service, current };
}

describe('an update', () => {
  it('replaces a file that the target has not edited', async () => {
    const service = await olderCopy({ [FILE]: OLD_LINE });
    const { copied } = await copyModules({ target: service.root });
    expect(copied).toMatchObject([{ path: FILE, action: 'update' }]);
    expect(service.read(FILE)).toBe(service.current);
  });

  it('keeps an edit of a file that did not change here', async () => {
    const service = await olderCopy({});
    service.write(FILE, `${service.current}// Edited.\n`);
    const { copied, kept } = await copyModules({ target: service.root });
    expect(copied).toEqual([]);
    expect(kept).toEqual([{ path: FILE, why: 'edited' }]);
    expect(service.read(FILE)).toBe(`${service.current}// Edited.\n`);
  });

  it('merges an edit with a change from here', async () => {
    const service = nestService();
    const { current } = await olderCopy({});
    const older = await olderCopy({ [FILE]: OLD_LINE + current });
    older.write(FILE, `${OLD_LINE}${current}// Edited.\n`);
    const { copied } = await copyModules({ target: older.root });
    expect(copied).toMatchObject([{ path: FILE, action: 'merge' }]);
    expect(older.read(FILE)).toBe(`${current}// Edited.\n`);
    expect(service.root).not.toBe(older.root);
  });

  it('marks a conflict, reports it, and is not run again before it is resolved', async () => {
    const service = await olderCopy({ [FILE]: OLD_LINE });
    service.write(FILE, '// An edited line.\n');
    const plan = await copyModules({ target: service.root });
    expect(conflictsOf(plan)).toEqual([FILE]);
    expect(service.read(FILE)).toMatch(
      /^<{7} the target\n\/\/ An edited line\.\n\|{7} .*\n\/\/ An old line\.\n={7}\n/,
    );
    await expect(copyModules({ target: service.root })).rejects.toThrow(
      `${FILE} has the markers of an unresolved conflict. Resolve it first.`,
    );
    service.write(FILE, '// Resolved.\n');
    expect((await copyModules({ target: service.root })).kept).toEqual([{ path: FILE, why: 'edited' }]);
    expect(service.read(FILE)).toBe('// Resolved.\n');
  });

  it('removes a file that was removed here, unless it was edited', async () => {
    const service = await olderCopy({ 'src/common/gone.ts': OLD_LINE, 'src/common/edited.ts': OLD_LINE });
    service.write('src/common/edited.ts', '// Edited.\n');
    const { kept } = await copyModules({ target: service.root });
    expect(existsSync(join(service.root, 'src/common/gone.ts'))).toBe(false);
    expect(service.read('src/common/edited.ts')).toBe('// Edited.\n');
    expect(kept).toEqual([{ path: 'src/common/edited.ts', why: 'edited, removed here' }]);
  });

  it('adds a file that is new here, and not one that the target deleted', async () => {
    const service = await olderCopy({ 'src/common/problem.ts': undefined });
    rmSync(join(service.root, FILE));
    const { copied, kept } = await copyModules({ target: service.root });
    expect(copied).toMatchObject([{ path: 'src/common/problem.ts', action: 'create' }]);
    expect(kept).toEqual([{ path: FILE, why: 'deleted' }]);
    expect(existsSync(join(service.root, FILE))).toBe(false);
  });

  it('keeps the line endings of a checkout on Windows', async () => {
    const service = await olderCopy({ [FILE]: OLD_LINE });
    service.write(FILE, OLD_LINE.replaceAll('\n', '\r\n'));
    await copyModules({ target: service.root });
    expect(service.read(FILE)).toBe(service.current.replaceAll('\n', '\r\n'));
  });

  it('updates the versions that a copy wrote, and no others', async () => {
    const service = await olderCopy({});
    const packageJson = JSON.parse(service.read('package.json')) as { dependencies: Record<string, string> };
    const version = packageJson.dependencies.redis ?? '';
    const record = service.read(RECORD);
    service.write(RECORD, record.replace(`"redis": "${version}"`, '"redis": "6.0.0"'));
    service.write(
      'package.json',
      service.read('package.json').replace(`"redis": "${version}"`, '"redis": "6.0.0"'),
    );
    service.write(
      'package.json',
      service.read('package.json').replace(/"lru-cache": "[^"]*"/, '"lru-cache": "10.0.0"'),
    );
    await copyModules({ target: service.root });
    const { dependencies } = JSON.parse(service.read('package.json')) as typeof packageJson;
    expect(dependencies).toMatchObject({ redis: version, 'lru-cache': '10.0.0' });
  });

  it('does not add again what the service has moved out of its root module', async () => {
    const service = await olderCopy({});
    const moved = "import { Module } from '@nestjs/common';\n\n@Module({})\nexport class AppModule {}\n";
    service.write('src/app.module.ts', moved);
    await copyModules({ target: service.root });
    expect(service.read('src/app.module.ts')).toBe(moved);
  });

  it('rejects a record that is damaged', async () => {
    const service = await olderCopy({});
    service.write(
      RECORD,
      service.read(RECORD).replace(/"src\/common\/index.ts": "../, '"src/common/index.ts": "__'),
    );
    await expect(copyModules({ target: service.root })).rejects.toThrow('Restore both from version control.');
  });
});

describe('--diff', () => {
  it('shows what changed here and what the target edited', async () => {
    const service = await olderCopy({ [FILE]: OLD_LINE });
    service.write('src/common/problem.ts', `${service.read('src/common/problem.ts')}// Edited.\n`);
    const text = describeDifferences(previewCopy({ target: service.root }));
    const [here = '', there = ''] = text.split('Edited in the target');
    expect(here).toContain(`Changed here since it was copied: 1 files\n--- ${FILE}`);
    expect(here).toContain(`-${OLD_LINE}`);
    expect(there).toContain(': 1 files\n--- src/common/problem.ts');
    expect(there).toContain('+// Edited.\n');
  });
});
