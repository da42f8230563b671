import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySpace, leaseKey } from './query-cache.keys.js';
import { Query } from './query.js';

type Args = { text?: unknown; scope?: string };

function query(schemaVersion = 1, isScoped = false) {
  return new Query<Args, string>({
    name: 'a'.repeat(64),
    ttlSeconds: 1,
    schemaVersion,
    tags: ({ text }) => [`tag:${JSON.stringify(text)}`],
    ...(isScoped && { scope: ({ scope = '' }: Args) => scope }),
    load: () => Promise.resolve(''),
  });
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ':',
    '*',
    '{}',
    '{a}b',
    '\r\nFLUSHALL\r\n',
    '\0',
    'x'.repeat(10_240),
    '\ud800',
    '__proto__',
  ),
);

describe('AnswerKeys', () => {
  it('are printable, at most 250 characters, and have one hash tag for any arguments', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { entry, tokenKeys } = new KeySpace('p'.repeat(64), true).keysOf(query(), { text });
        for (const key of [entry, ...tokenKeys, leaseKey(entry, ['token'])]) {
          expect(key).toMatch(/^[\w:.{}-]{1,250}$/);
          expect(key.match(/\{/g) ?? []).toHaveLength(1);
        }
      }),
    );
  });

  it('have the hash tag of their channel where they are validity tokens, and only there', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const keySpace = new KeySpace('p', true);
        const { entry, tokenKeys } = keySpace.keysOf(query(), { text });
        for (const key of tokenKeys) {
          const channel = keySpace.invalidationChannelOf(key) ?? '';
          expect(keySpace.invalidationChannels).toContain(channel);
          expect(key.startsWith(`${channel}:`)).toBe(true);
        }
        expect(keySpace.invalidationChannelOf(entry)).toBeUndefined();
      }),
    );
  });

  it.each([
    [true, 16],
    [false, 1],
  ])(
    'depend on a token of their query and one of everything, in their partition: hasSlots %s',
    (hasSlots, partitions) => {
      const keySpace = new KeySpace('p', hasSlots);
      const [ofQuery, ofAll] = [keySpace.tokenKeysOfAll(query().name), keySpace.tokenKeysOfAll()];
      expect([new Set(ofQuery).size, new Set(ofAll).size]).toEqual([partitions, partitions]);
      fc.assert(
        fc.property(hostile, (text) => {
          const [own = '', queryToken = '', allToken = ''] = keySpace.keysOf(query(), { text }).tokenKeys;
          expect([ofQuery.includes(queryToken), ofAll.includes(allToken)]).toEqual([true, true]);
          const channels = [own, queryToken, allToken].map((key) => keySpace.invalidationChannelOf(key));
          expect(new Set(channels).size).toBe(1);
        }),
      );
    },
  );

  it('are spread over all channels', () => {
    const keySpace = new KeySpace('p', true);
    const counts = new Map<string, number>();
    for (let i = 0; i < 16_000; i++) {
      const channel = keySpace.invalidationChannelOf(keySpace.tokenKeyOfTag(`tag ${i}`)) ?? '';
      counts.set(channel, (counts.get(channel) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(keySpace.invalidationChannels.toSorted());
    expect(Math.min(...counts.values())).toBeGreaterThan(800);
    expect(Math.max(...counts.values())).toBeLessThan(1_200);
  });

  it('differ for different arguments, and are the same when members are in another order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [one, other].map((text) => new KeySpace('p', true).keysOf(query(), { text }).entry);
        const areSame = isDeepStrictEqual(
          ...([one, other].map((v) => JSON.parse(JSON.stringify(v))) as [unknown, unknown]),
        );
        expect(a === b).toBe(areSame);
      }),
    );
    const entryOf = (args: Args) => new KeySpace('p', true).keysOf(query(), args).entry;
    expect(entryOf({ text: 'b', scope: 'a' })).toBe(entryOf({ scope: 'a', text: 'b' }));
    expect(entryOf({ text: ['a', 'b'] })).not.toBe(entryOf({ text: ['a,b'] }));
    expect(entryOf({ text: 1 })).not.toBe(entryOf({ text: '1' }));
  });

  it('differ by scope and by schema version', () => {
    const of = (scope: string, version = 1) =>
      new KeySpace('p', true).keysOf(query(version, true), { scope }).entry;
    // UTF-8 encodes the last two as the same character.
    const entries = [of('ada'), of('grace'), of('ada', 2), of('\ud800'), of('\ud801')];
    expect(new Set(entries).size).toBe(entries.length);
  });

  it('rejects an argument that is no JSON and names the query and the argument', () => {
    expect(() => new KeySpace('p', true).keysOf(query(), { text: 1n })).toThrow(
      expect.objectContaining({
        code: 'E_QUERY_ARGUMENTS',
        message: expect.stringContaining('arguments of which text is a bigint. Use its text.'),
        errors: [{ field: 'args.text', message: 'is a bigint. Use its text.' }],
      }),
    );
  });
});
