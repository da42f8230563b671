import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { EngineError, parseEngineUrl, RedisEngine, replaceForeign } from '../../../src/engine/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';

const KEY = 'key';
const OWN = { keys: [KEY], type: 'string' } as const;

describe('replaceForeign', () => {
  let server: LocalEngine;
  let engine: RedisEngine;
  beforeAll(async () => {
    server = await startEngine(redisLike());
    engine = new RedisEngine(parseEngineUrl(server.url), 4_000);
    engine.start();
    await until(() => engine.isReady);
  });
  afterAll(async () => {
    engine.close();
    await server.stop();
  });

  const read = () => engine.call(KEY, (client) => client.get(KEY));

  async function writeList(): Promise<void> {
    await server.command('DEL', KEY);
    await server.command('RPUSH', KEY, 'foreign');
  }

  it('keeps a key that another node replaced before the deletion', async () => {
    await writeList();
    const readAndReplace = () =>
      read().catch(async (error: unknown) => {
        await server.command('SET', KEY, 'right');
        throw error;
      });
    expect(await replaceForeign(engine, OWN, readAndReplace)).toBe('right');
  });

  it.each([
    ['has an unknown outcome', new EngineError('unknown', 'The connection was lost.')],
    ['was refused', new EngineError('refused', 'Not sent.')],
    ['failed for another reason', new EngineError('failed', 'Full.', { reply: 'OOM' })],
    ['failed by a defect', new TypeError('WRONGTYPE')],
  ])('deletes nothing and sends nothing again if the call %s', async (_how, failure) => {
    await writeList();
    let sent = 0;
    const send = () => {
      sent++;
      return Promise.reject(failure);
    };
    await expect(replaceForeign(engine, OWN, send)).rejects.toBe(failure);
    expect([sent, await server.command('TYPE', KEY)]).toEqual([1, 'list']);
  });

  it('sends the call once more, not for ever', async () => {
    let sent = 0;
    const send = async () => {
      sent++;
      await writeList();
      return read();
    };
    await expect(replaceForeign(engine, OWN, send)).rejects.toMatchObject({ reply: 'WRONGTYPE' });
    expect(sent).toBe(2);
  });
});
