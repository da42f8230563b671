import { describe, expect, it, vi } from 'vitest';
import {
  isChanges,
  isDegradedBoard,
  isDeletedBoard,
  isPlace,
  isReply,
  malformed,
  wellFormed,
} from './well-formed.js';

const amber = { rank: 1, playerId: 'amber', name: 'Amber', score: 70 };
const changes = { top: 10, version: 8, previousVersion: 7, entries: [amber], removed: ['basil'] };
const place = { board: 'arena', window: 'all', ...amber, neighbours: [amber], version: 8 };

describe('isChanges', () => {
  it.each([changes, { ...changes, entries: [{ ...amber, name: null, position: 2 }] }])(
    'accepts %j',
    (message) => {
      expect(isChanges(message)).toBe(true);
    },
  );

  it.each([
    undefined,
    null,
    'changes',
    {},
    { ...changes, version: '8' },
    { ...changes, previousVersion: Number.NaN },
    { ...changes, removed: 'basil' },
    { ...changes, entries: {} },
    { ...changes, entries: [null] },
    { ...changes, entries: [{ ...amber, score: '70' }] },
    { ...changes, entries: [{ ...amber, name: 7 }] },
    { ...changes, entries: [{ ...amber, position: 'first' }] },
  ])('rejects %j', (message) => {
    expect(isChanges(message)).toBe(false);
  });
});

describe('isPlace', () => {
  it.each([place, { ...place, rank: null }])('accepts %j', (message) => {
    expect(isPlace(message)).toBe(true);
  });

  it.each([null, {}, { ...place, playerId: 7 }, { ...place, rank: '1' }, { ...place, neighbours: [{}] }])(
    'rejects %j',
    (message) => {
      expect(isPlace(message)).toBe(false);
    },
  );
});

describe('isReply', () => {
  const snapshot = { version: 8, endsAt: null, ties: 'first', entries: [amber], me: null };

  it.each([
    snapshot,
    { ...snapshot, me: place },
    { error: { code: 'E_BOARD_UNKNOWN', detail: 'No such board.' } },
  ])('accepts %j', (message) => {
    expect(isReply(message)).toBe(true);
  });

  it.each([
    null,
    {},
    { error: {} },
    { ...snapshot, entries: null },
    { ...snapshot, version: '8' },
    { ...snapshot, me: 7 },
  ])('rejects %j', (message) => {
    expect(isReply(message)).toBe(false);
  });
});

describe('isDegradedBoard and isDeletedBoard', () => {
  it('accept what has the shape, and reject the rest', () => {
    const notices = [
      { board: 'arena', window: 'all', degraded: true },
      { board: 'arena', window: 'all' },
      {},
      null,
      7,
    ];
    expect(notices.map(isDegradedBoard)).toEqual([true, false, false, false, false]);
    expect(notices.map(isDeletedBoard)).toEqual([true, true, false, false, false]);
  });
});

describe('wellFormed', () => {
  it('passes a message of the right shape on, and counts any other', () => {
    const handle = vi.fn();
    const before = malformed.value;
    for (const message of [changes, null, { ...changes, entries: 7 }]) wellFormed(isChanges, handle)(message);
    expect(handle.mock.calls).toEqual([[changes]]);
    expect(malformed.value).toBe(before + 2);
  });
});
