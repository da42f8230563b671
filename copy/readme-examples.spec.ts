import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewCopy, readTemplates } from './index.js';

const MODULES = readTemplates().filter(({ kind }) => kind === 'module');
const SECTION = /^## Copy this\n(.*?)(?=^## )/ms;
const LONGEST_SECTION = 45;

describe.each(MODULES)('"Copy this" in src/$folder/README.md', ({ name, folder }) => {
  const [, section = ''] = SECTION.exec(readFileSync(`src/${folder}/README.md`, 'utf8')) ?? [];
  let service: string;

  beforeAll(() => {
    service = mkdtempSync(join(tmpdir(), 'readme-'));
    mkdirSync(join(service, 'src'));
    const packageJson = { type: 'module', dependencies: { '@nestjs/core': '12.0.0' } };
    writeFileSync(join(service, 'package.json'), JSON.stringify(packageJson));
    writeFileSync(
      join(service, 'src/app.module.ts'),
      "import { Module } from '@nestjs/common';\n\n@Module({\n  imports: [],\n})\nexport class AppModule {}\n",
    );
  });
  afterAll(() => rmSync(service, { recursive: true }));

  it('names the command', () => {
    expect(section).toContain(`npm run copy -- ${name} ../my-service`);
  });

  it('shows the import that the command writes, which is compiled and run in test/copy', () => {
    const plan = previewCopy({ modules: [name], target: service });
    const written = plan.service.find(({ path }) => path === 'src/app.module.ts')?.after;
    const [, example = ''] = /```ts\n(.*?)\n```/s.exec(section) ?? [];
    expect(String(written).replaceAll(/^ {4}/gm, '')).toContain(example);
    expect(example).toContain('.forRootAsync({');
  });

  it('is short', () => {
    expect(section.split('\n').length).toBeLessThan(LONGEST_SECTION);
  });
});

const REGION = /^ *\/\/ #region (.+)\n([^]*?)^ *\/\/ #endregion/gm;

describe.each([
  ['src/query-cache/README.md', 'test/e2e/query-cache/decorators.e2e-spec.ts'],
  ['docs/query-cache-recipes.md', 'test/copy/orms/recipes.service-spec.ts'],
])('the examples in %s', (document, source) => {
  const text = readFileSync(document, 'utf8').replaceAll(/^ +/gm, '');
  const regions = [...readFileSync(source, 'utf8').matchAll(REGION)].map(([, name = '', code = '']) => ({
    name,
    code,
  }));

  it.each(regions)('are compiled and run in the tests: $name', ({ code }) => {
    expect(text).toContain(code.replaceAll(/^ +/gm, ''));
  });
});
