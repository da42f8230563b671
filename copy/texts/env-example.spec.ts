import { describe, expect, it } from 'vitest';
import { addSettings } from './env-example.js';

const URL = { name: 'ENGINE_URL', description: 'The engine.', value: 'redis://127.0.0.1:6379' };
const KEY = { name: 'KEY', description: 'A secret.' };

describe('addSettings', () => {
  it('writes each setting once, with its description', () => {
    expect(addSettings('', [URL, KEY, URL])).toBe(
      '# The engine.\nENGINE_URL=redis://127.0.0.1:6379\n\n# A secret.\nKEY=\n',
    );
  });

  it.each(['KEY=x\n', '# KEY=\n', 'export KEY=x\n', '#KEY=x\nOTHER=1\n'])(
    'leaves %j, which names it already',
    (text) => {
      expect(addSettings(text, [KEY])).toBe(text);
    },
  );

  it.each([
    ['PORT=3000', 'PORT=3000\n\n# A secret.\nKEY=\n'],
    ['OTHER_KEY=1\n', 'OTHER_KEY=1\n\n# A secret.\nKEY=\n'],
  ])('appends to %j', (before, after) => {
    expect(addSettings(before, [KEY])).toBe(after);
  });
});
