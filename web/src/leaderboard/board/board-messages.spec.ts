import { describe, expect, it } from 'vitest';
import { isBoard, isChanges, isDegradedBoard, isPlace, isReply } from './board-messages.js';

const amber = { rank: 1, playerId: 'amber', name: 'Amber', score: 70 };
const ofBoard = { board: 'arena', window: 'all' };
const changes = { ...ofBoard, top: 10, version: 8, previousVersion: 7, entries: [amber], removed: ['basil'] };
const place = { ...ofBoard, ...amber, neighbours: [amber], version: 8 };
const noPlace = { ...place, rank: null, score: null, neighbours: [] };

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
    { ...changes, board: 7 },
    { ...changes, window: 'yearly' },
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
  it.each([place, noPlace])('accepts %j', (message) => {
    expect(isPlace(message)).toBe(true);
  });

  it.each([
    null,
    {},
    { ...place, playerId: 7 },
    { ...place, rank: '1' },
    { ...place, rank: null },
    { ...place, neighbours: [{}] },
  ])('rejects %j', (message) => {
    expect(isPlace(message)).toBe(false);
  });
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

describe('isDegradedBoard and isBoard', () => {
  it('accept what has the shape, and reject the rest', () => {
    const notices = [{ ...ofBoard, degraded: true }, ofBoard, {}, null, 7];
    expect(notices.map(isDegradedBoard)).toEqual([true, false, false, false, false]);
    expect(notices.map(isBoard)).toEqual([true, true, false, false, false]);
  });
});
