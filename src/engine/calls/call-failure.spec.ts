import { AbortError, ClientOfflineError, ErrorReply, SocketClosedUnexpectedlyError } from 'redis';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine.errors.js';
import { explainCallFailure } from './call-failure.js';

const explain = (error: unknown) => explainCallFailure(error, 'SET', 'engine') as EngineError;

describe('explainCallFailure', () => {
  it.each([
    ['a wrong type', new ErrorReply('WRONGTYPE Operation against a key'), 'failed', /SET with WRONGTYPE\.$/],
    [
      'a replica',
      new ErrorReply("READONLY You can't write against a read only replica."),
      'refused',
      /READONLY/,
    ],
    [
      'a shard without a primary',
      new ErrorReply('CLUSTERDOWN Hash slot not served'),
      'refused',
      /CLUSTERDOWN/,
    ],
    ['no connection', new ClientOfflineError(), 'refused', /not connected, so SET was not sent/],
    ['a deadline before it was sent', new AbortError(), 'refused', /not sent/],
    ['a full queue', new Error('The queue is full'), 'refused', /not sent/],
    ['a lost connection', new SocketClosedUnexpectedlyError(), 'unknown', /lost before SET was answered/],
  ])('maps %s to its outcome and message', (_what, error, outcome, message) => {
    expect(explain(error)).toMatchObject({ outcome, message: expect.stringMatching(message) });
  });

  it('drops the text of an error that a script returned', () => {
    const error = explain(new ErrorReply('secret-key is wrong'));
    expect(error.message).toBe('The engine answered SET with ERR.');
    expect(error.cause).toBeUndefined();
  });

  it('returns errors of the calling code unchanged', () => {
    const error = new TypeError('Invalid argument type');
    expect(explain(error)).toBe(error);
  });
});
