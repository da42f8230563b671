import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineScript } from '../../../src/engine/index.js';
import type { EngineTrial } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const CONTROL_CHARACTERS = 'one\r\ntwo\0three\r\n$3\r\n*1\r\n';
const UNICODE = 'Zoë, 東京, 👩🏽‍🚀, \u{10FFFF}, e\u0301, שלום';
const MEGABYTE = 1_048_576;

const echo = defineScript('contract.echo', 'return {KEYS[1], ARGV[1], redis.call("GET", KEYS[1])}');

/** Keys, values and arguments arrive unchanged, byte by byte. */
export function describeBytes(trial: EngineTrial): void {
  describe('bytes', () => {
    const binary = () => commandsOf(trial.engine, { replies: 'binary' });

    it('stores any bytes as a value', async () => {
      const key = trial.key('bytes');
      await commandsOf(trial.engine).set(key, ALL_BYTES);
      expect(await binary().get(key)).toEqual(ALL_BYTES);
    });

    it('accepts any bytes as a key, field or member', async () => {
      const key = Buffer.concat([Buffer.from(trial.prefix), ALL_BYTES]);
      await binary().set(key, 'value');
      expect(await binary().get(key)).toEqual(Buffer.from('value'));
      expect(await binary().del(key)).toBe(1);
      await binary().hSet(key, ALL_BYTES, ALL_BYTES);
      expect(await binary().hKeys(key)).toEqual([ALL_BYTES]);
      await binary().unlink(key);
      await binary().zAdd(key, { value: ALL_BYTES, score: 1 });
      expect((await binary().zScan(key, '0')).members).toEqual([{ value: ALL_BYTES, score: 1 }]);
    });

    it('passes any bytes to scripts and returns any bytes from them', async () => {
      const key = Buffer.concat([Buffer.from(trial.prefix), ALL_BYTES]);
      await binary().set(key, ALL_BYTES);
      const replies = await trial.engine.run(echo, [key], [ALL_BYTES], { replies: 'binary' });
      expect(replies).toEqual([key, ALL_BYTES, ALL_BYTES]);
    });

    it.each([
      ['line ends and NUL', CONTROL_CHARACTERS],
      ['unicode', UNICODE],
    ])('preserves %s in keys, values and scripts', async (_what, text) => {
      const client = commandsOf(trial.engine);
      const key = trial.key(text);
      await client.set(key, text);
      expect(await client.get(key)).toBe(text);
      expect(await trial.engine.run(echo, [key], [text])).toEqual([key, text, text]);
      expect(await client.mGet([key])).toEqual([text]);
    });

    it('stores values of a megabyte', async () => {
      const client = commandsOf(trial.engine);
      const [bytes, text] = [randomBytes(MEGABYTE), 'é'.repeat(MEGABYTE / 2)];
      await Promise.all([client.set(trial.key('bytes'), bytes), client.set(trial.key('text'), text)]);
      const kept = Buffer.from((await binary().get(trial.key('bytes'))) ?? '');
      expect(kept.equals(bytes)).toBe(true);
      expect((await client.get(trial.key('text'))) === text).toBe(true);
    });

    it('returns text or Buffers as each caller requested', async () => {
      const key = trial.key('forms');
      await commandsOf(trial.engine).set(key, 'text');
      const answers = await Promise.all([commandsOf(trial.engine).get(key), binary().get(key)]);
      expect(answers).toEqual(['text', Buffer.from('text')]);
    });
  });
}
