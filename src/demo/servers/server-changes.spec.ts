import { describe, expect, it } from 'vitest';
import { changesBetween, rolesAfter } from './server-changes.js';

const server = (
  name: string,
  state: 'running' | 'paused' | 'stopped' | 'starting',
  role: 'primary' | 'replica' | null,
  slots: number | null = null,
) => ({ name, state, role, slots });

describe('changesBetween', () => {
  const known = { a: 'primary', b: 'replica' } as const;
  const before = [server('a', 'running', 'primary'), server('b', 'running', 'replica')];

  it('reports a killed primary and the promoted replica', () => {
    const killed = [server('a', 'stopped', null), server('b', 'running', 'replica')];
    const promoted = [server('a', 'stopped', null), server('b', 'running', 'primary')];
    expect(changesBetween(before, killed, known)).toEqual([{ kind: 'killed', name: 'a', role: 'primary' }]);
    expect(changesBetween(killed, promoted, rolesAfter(known, killed))).toEqual([
      { kind: 'promoted', name: 'b', role: 'replica' },
    ]);
  });

  it('reports that a former primary came back and became a replica', () => {
    const stopped = [server('a', 'stopped', null)];
    expect(changesBetween(stopped, [server('a', 'running', 'primary')], known)).toEqual([
      { kind: 'restarted', name: 'a', role: 'primary' },
    ]);
    expect(
      changesBetween([server('a', 'running', 'primary')], [server('a', 'running', 'replica')], known),
    ).toEqual([{ kind: 'demoted', name: 'a', role: 'primary' }]);
  });

  it.each([
    ['running', 'paused', 'paused'],
    ['paused', 'running', 'resumed'],
    ['paused', 'stopped', 'killed'],
    ['starting', 'running', 'restarted'],
  ] as const)('reports %s to %s as %s', (from, to, kind) => {
    expect(changesBetween([server('x', from, null)], [server('x', to, null)], {})).toEqual([
      { kind, name: 'x', role: null },
    ]);
  });

  it('reports added and removed servers, and no promotion of one that has no slots yet', () => {
    const joining = [...before, server('c', 'running', 'primary', 0)];
    expect(changesBetween(before, joining, known)).toMatchObject([{ kind: 'added', name: 'c' }]);
    const joined = [...before, server('c', 'running', 'replica', 0)];
    expect(changesBetween(joining, joined, rolesAfter(known, joining))).toEqual([]);
    expect(changesBetween(joined, before, rolesAfter(known, joined))).toMatchObject([
      { kind: 'removed', name: 'c' },
    ]);
  });

  it('reports nothing when nothing changed, or when a server skips one answer', () => {
    const silent = [server('a', 'running', null), server('b', 'running', 'replica')];
    expect(changesBetween(before, before, known)).toEqual([]);
    expect(changesBetween(before, silent, known)).toEqual([]);
    expect(changesBetween(silent, before, rolesAfter(known, silent))).toEqual([]);
  });
});
