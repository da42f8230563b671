import { describe, expect, it } from 'vitest';
import type { Target } from '../target/target.js';
import { rewrite } from './rewrite.js';

const SAME = new Map([
  ['src/a/index.ts', 'src/a/index.ts'],
  ['src/a/README.md', 'src/a/README.md'],
  ['src/b/index.ts', 'src/b/index.ts'],
  ['test/copied/a.e2e-spec.ts', 'test/copied/a.e2e-spec.ts'],
]);
const MOVED = new Map([...SAME].map(([from, to]) => [from, to.replace('src/', 'src/caching/')]));

function target(isCommonJs: boolean): Target {
  return { isCommonJs } as Target;
}

describe('rewrite', () => {
  it('changes nothing of code in an ESM service', () => {
    const code = `import { it, vi } from 'vitest';\nimport { b } from '../b/index.js';\nexport const url = new URL('a.lua', import.meta.url);\n`;
    expect(rewrite('src/a/index.ts', code, SAME, target(false))).toBe(code);
  });

  it('finds files by __filename and drops suffixes of static imports in a CommonJS service', () => {
    const code = `/** Why. */\nimport type { B } from '../b/index.js';\nexport const a = readScript('a', import.meta.url, 'a.lua');\nexport type C = import('../b/index.js').C;\nawait import('../b/index.js');\n`;
    expect(rewrite('src/a/index.ts', code, SAME, target(true))).toBe(
      `/** Why. */\nimport type { B } from '../b/index';\nexport const a = readScript('a', __filename, 'a.lua');\nexport type C = import('../b/index').C;\nawait import('../b/index.js');\n`,
    );
  });

  it('follows the copies into another folder, also from tests outside', () => {
    const code = `import { a } from '../../src/a/index.js';\nawait import("../../src/b/index.js");\n`;
    expect(rewrite('test/copied/a.e2e-spec.ts', code, MOVED, target(false))).toBe(
      `import { a } from '../../src/caching/a/index.js';\nawait import('../../src/caching/b/index.js');\n`,
    );
  });

  it('turns Markdown links to what is not copied into text', () => {
    const text =
      'See [the b](../b/index.ts#L1), [decision 1](../../docs/1.md), [Nest](https://nestjs.com) and [below](#below).';
    expect(rewrite('src/a/README.md', text, MOVED, target(false))).toBe(
      'See [the b](../b/index.ts#L1), decision 1, [Nest](https://nestjs.com) and [below](#below).',
    );
  });
});
