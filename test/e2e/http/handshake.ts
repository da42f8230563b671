import { request as send } from 'node:http';
import request from 'supertest';
import { WebSocket } from 'ws';
import { expect } from 'vitest';
import type { TestNode } from '../../support/app.js';

export type Headers = Record<string, string>;

const HANDSHAKE = '/socket.io/?EIO=4&transport=';

/** Whether engine.io opens a session: the namespaces share it, so none can be reached without one. */
export async function canConnect({ url }: TestNode, transport: string, headers: Headers): Promise<boolean> {
  if (transport === 'websocket') {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${HANDSHAKE}websocket`, { headers });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.terminate();
    return isOpen;
  }
  const { status, text } = await get(
    `${url}${HANDSHAKE}polling${transport === 'JSONP' ? '&j=0' : ''}`,
    headers,
  );
  expect(status).toBe(text.includes('sid') ? 200 : 403);
  return text.includes('sid');
}

/** Without what fetch adds to a request. */
function get(url: string, headers: Headers): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    send(url, { headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    })
      .on('error', reject)
      .end();
  });
}

/** What the server answers to a polling client that enters a namespace; socket.io's own client sets Host itself. */
export async function poll({ url }: TestNode, namespace: string, headers: Headers): Promise<string> {
  const { text } = await get(`${url}${HANDSHAKE}polling`, headers);
  const { sid } = JSON.parse(text.slice(1)) as { sid: string };
  await request(url)
    .post(`${HANDSHAKE}polling&sid=${sid}`)
    .set({ ...headers, 'content-type': 'text/plain' })
    .send(`40/${namespace},`)
    .expect(200);
  return (await get(`${url}${HANDSHAKE}polling&sid=${sid}`, headers)).text;
}
