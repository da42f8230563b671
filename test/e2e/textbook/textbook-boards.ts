import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterEach, beforeEach } from 'vitest';
import { asGameServer } from '../../support/settings.js';
import { useTextbookApp } from './textbook-app.js';

/** The textbook side, or the module. */
export type Side = 'textbook' | 'api';

export interface Top {
  board: string;
  entries: { rank: number; playerId: string; score: number }[];
}

/** Starts the application before the tests of a file. Each test has a board of its own, on both sides. */
export function useTextbookBoards() {
  const textbook = useTextbookApp();
  const sockets: Socket[] = [];
  let board: string;
  beforeEach(() => {
    board = `board-${randomUUID()}`;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  const url = (path: string) => `${textbook.app.url}/${path}`;
  const top = async (side: Side): Promise<Top> =>
    (await fetch(url(`${side}/leaderboards/${board}?limit=1000`))).json() as Promise<Top>;
  return {
    get app() {
      return textbook.app;
    },
    get board() {
      return board;
    },
    define: (definition: object = {}, name = board) =>
      request(textbook.app.url)
        .put(`/api/leaderboards/${name}`)
        .set(asGameServer)
        .send(definition)
        .expect(200),
    /** Sends one score; `what` is `points` for the textbook side's ZINCRBY. */
    submit: (side: Side, score: object, { what = 'scores', name = board } = {}) =>
      request(textbook.app.url)
        .post(`/${side}/leaderboards/${name}/${what}`)
        .set(asGameServer)
        .send({ submissionId: randomUUID(), ...score })
        .expect(200),
    top,
    playersOf: async (side: Side) => (await top(side)).entries.map(({ playerId }) => playerId),
    connect: (namespace: string, node: { url: string } = textbook.app): Promise<Socket> => {
      const socket = io(`${node.url}/${namespace}`, { transports: ['websocket'], forceNew: true });
      sockets.push(socket);
      return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
    },
  };
}
