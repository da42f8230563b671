import { ErrorReply } from 'redis';
import { describe, expect, it } from 'vitest';
import { readRedirection } from './redirections.js';

describe('readRedirection', () => {
  const sender = { host: '10.0.0.1', port: 6379 };
  const read = (error: unknown) => readRedirection(error, sender);

  it('reads slot, host and port of MOVED and ASK', () => {
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

  it('uses the host of the sender if the reply names none, or "?"', () => {
    expect(read(new ErrorReply('MOVED 1 ?:6381'))).toMatchObject({ node: { host: '10.0.0.1', port: 6381 } });
    expect(read(new ErrorReply('MOVED 1 :6381'))).toMatchObject({ node: { host: '10.0.0.1', port: 6381 } });
  });

  it('returns undefined for other errors', () => {
    expect(read(new ErrorReply('WRONGTYPE'))).toBeUndefined();
    expect(read(new Error('MOVED 1 a:1'))).toBeUndefined();
  });
});
