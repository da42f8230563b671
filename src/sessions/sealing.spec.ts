import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sealing } from './sealing.js';

const newKey = () => randomBytes(32).toString('base64');

describe('Sealing', () => {
  it('opens what it sealed', () => {
    const sealing = new Sealing([newKey()]);
    expect(sealing.open(sealing.seal('ada’s session'))).toBe('ada’s session');
  });

  it('shows nothing of the text', () => {
    expect(new Sealing([newKey()]).seal('canary')).not.toContain('canary');
    expect(Buffer.from(new Sealing([newKey()]).seal('canary'), 'base64url').toString()).not.toContain(
      'canary',
    );
  });

  it('opens with an older key after a rotation, and no longer once that key is gone', () => {
    const [older, newer] = [newKey(), newKey()];
    const sealed = new Sealing([older]).seal('kept');
    expect(new Sealing([newer, older]).open(sealed)).toBe('kept');
    expect(new Sealing([newer]).open(sealed)).toBeNull();
  });

  it.each(['', 'x', 'abc.def', '.', '__proto__.AAAA'])(
    'answers null for the foreign payload %j',
    (payload) => {
      expect(new Sealing([newKey()]).open(payload)).toBeNull();
    },
  );

  it('answers null for a payload that was changed', () => {
    const sealing = new Sealing([newKey()]);
    const sealed = sealing.seal('a');
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(sealing.open(changed)).toBeNull();
  });
});
