import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sealing } from './sealing.js';

const newKey = () => randomBytes(32).toString('base64');
const HERE = 'caching:session:here';

describe('Sealing', () => {
  it('opens text that it sealed', () => {
    const sealing = new Sealing([newKey()]);
    const opened = sealing.open(sealing.seal('ada’s session', HERE), HERE);
    expect(opened).toEqual({ state: 'opened', text: 'ada’s session' });
  });

  it('does not show the text', () => {
    const sealed = new Sealing([newKey()]).seal('canary', HERE);
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed, 'base64url').toString()).not.toContain('canary');
  });

  it('reports text that was sealed for another context as broken', () => {
    const sealing = new Sealing([newKey()]);
    const sealed = sealing.seal('kept', HERE);
    expect(sealing.open(sealed, 'caching:session:elsewhere')).toEqual({ state: 'broken' });
  });

  it('opens text of an older key after a rotation, and reports an unknown key once the older key is removed', () => {
    const [older, newer] = [newKey(), newKey()];
    const sealed = new Sealing([older]).seal('kept', HERE);
    expect(new Sealing([newer, older]).open(sealed, HERE)).toEqual({ state: 'opened', text: 'kept' });
    expect(new Sealing([newer]).open(sealed, HERE)).toEqual({ state: 'unknown-key' });
  });

  it.each(['', 'x', 'abc.def', '.', '__proto__.AAAA', 'a'.repeat(5000)])(
    'reports the malformed payload %j as broken',
    (payload) => {
      expect(new Sealing([newKey()]).open(payload, HERE)).toEqual({ state: 'broken' });
    },
  );

  it('reports a changed or truncated payload as broken', () => {
    const sealing = new Sealing([newKey()]);
    const sealed = sealing.seal('a', HERE);
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(sealing.open(changed, HERE)).toEqual({ state: 'broken' });
    expect(sealing.open(sealed.slice(0, -4), HERE)).toEqual({ state: 'broken' });
  });
});
