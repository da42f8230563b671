import { ErrorReply } from 'redis';
import { describe, expect, it } from 'vitest';
import { readRedirection } from './redirections.js';

describe('readRedirection', () => {
  const asked = { host: '10.0.0.1', port: 6379 };
  const read = (error: unknown) => readRedirection(error, asked);

  it('reads where a slot is now', () => {
    expect(read(new ErrorReply('MOVED 3999 127.0.0.1:6381'))).toEqual({
      kind: 'MOVED',
      slot: 3999,
      node: { host: '127.0.0.1', port: 6381 },
    });
    expect(read(new ErrorReply('ASK 1 ::1:7000'))).toMatchObject({
      kind: 'ASK',
      node: { host: '::1', port: 7000 },
    });
  });

  it('takes the host of the server that was asked where none is named', () => {
    expect(read(new ErrorReply('MOVED 1 :6381'))).toMatchObject({ node: { host: '10.0.0.1', port: 6381 } });
  });

  it('finds none in other errors', () => {
    expect(read(new ErrorReply('WRONGTYPE'))).toBeUndefined();
    expect(read(new Error('MOVED 1 a:1'))).toBeUndefined();
  });
});
