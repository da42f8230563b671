import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Handshakes } from './handshakes.js';

describe('Handshakes', () => {
  it('are accepted in their order, one per turn of the event loop', async () => {
    const handshakes = new Handshakes();
    const accepted: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      handshakes.queue({ socket: new Socket() }, () => accepted.push(name));
    }
    const afterEachTurn: string[] = [];
    for (let i = 0; i < 4; i++) {
      afterEachTurn.push(accepted.join(''));
      await turn();
    }
    expect(afterEachTurn).toEqual(['', 'a', 'ab', 'abc']);
  });

  it('are accepted again after a pause', async () => {
    const handshakes = new Handshakes();
    let accepted = 0;
    for (let i = 0; i < 2; i++) {
      handshakes.queue({ socket: new Socket() }, () => (accepted += 1));
      await turn();
    }
    expect(accepted).toBe(2);
  });

  it('do not end the process when a client that waits resets its connection', async () => {
    const socket = new Socket();
    new Handshakes().queue({ socket }, () => undefined);
    socket.destroy(new Error('read ECONNRESET'));
    await turn();
    expect(socket.closed).toBe(true);
  });
});
