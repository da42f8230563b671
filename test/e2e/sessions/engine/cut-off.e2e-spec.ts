import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../../local/index.js';
import { readinessOf, startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { type Visit, Visitors } from '../visitors.js';

describe('session websockets of a node without its engine', () => {
  let app: TestApp;
  let cutOff: TestNode;
  let proxy: FaultProxy;
  let elsewhere: Visitors;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp();
    proxy = await startFaultProxy({ target: app.engine });
    cutOff = await app.startNode({ SESSION_ENGINE_URL: proxy.through(app.engine.url) });
    elsewhere = new Visitors(app);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await cutOff.close();
    await app.close();
    await proxy.stop();
  });

  async function connect({ cookie }: Visit, node: TestNode): Promise<{ ends: string[] }> {
    const options = { transports: ['websocket'], forceNew: true, extraHeaders: { cookie } };
    const socket = io(`${node.url}/sessions`, { ...options, reconnection: false });
    sockets.push(socket);
    const ends: string[] = [];
    socket.on('ended', ({ reason }: { reason: string }) => ends.push(reason));
    await new Promise((resolve) => {
      socket.once('state', resolve);
    });
    return { ends };
  }

  it.each<[string, () => void]>([
    ['nothing arrives', () => proxy.drop()],
    [
      'connections are reset',
      () => {
        proxy.refuse();
        proxy.reset({ newOnesToo: true });
      },
    ],
  ])('are closed as unverified while %s; those of other nodes stay open', async (_how, cut) => {
    const [leaving, staying] = [await elsewhere.newVisit(), await elsewhere.newVisit()];
    const here = [await connect(leaving, cutOff), await connect(staying, cutOff)];
    const there = await connect(staying, app);
    cut();
    await elsewhere.end(leaving).expect(204);
    await until(() => here.every(({ ends }) => ends.length > 0));
    expect(here.map(({ ends }) => ends)).toEqual([['unverified'], ['unverified']]);
    expect(there.ends).toEqual([]);
    await proxy.heal();
    await until(async () => (await readinessOf(cutOff)).status === 'ok');
    expect(await new Visitors(cutOff).isSignedIn(leaving)).toBe(false);
    expect((await connect(staying, cutOff)).ends).toEqual([]);
  });
});
