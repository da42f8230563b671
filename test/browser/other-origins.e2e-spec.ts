import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

const skipped = findChromium() === null && process.env['CI'] === undefined;

/** Loads JSONP like engine.io's client and opens a websocket. Returns what the page could read. */
const ATTACK = `async (app) => {
  const seen = [];
  window.___eio = [(answer) => seen.push(answer)];
  const ended = (target, good) => new Promise((resolve) => {
    target.addEventListener(good, () => resolve(good));
    target.addEventListener('error', () => resolve('error'));
  });
  const script = document.createElement('script');
  script.src = app + '/socket.io/?EIO=4&transport=polling&j=0';
  document.head.append(script);
  const jsonp = await ended(script, 'load');
  const websocket = await ended(new WebSocket(app.replace('http', 'ws') + '/socket.io/?EIO=4&transport=websocket'), 'open');
  const read = await fetch(app + '/api/query-cache/stats').then(() => 'read', () => 'error');
  return { seen, jsonp, websocket, read };
}`;

describe.skipIf(skipped)(`a page of another origin${skipped ? ` (${NO_CHROMIUM})` : ''}`, () => {
  let app: TestApp;
  let browser: Browser;
  let pages: Server;
  beforeAll(async () => {
    browser = await launchChromium();
    app = await startApp({ settings: { DEMO: 'true' } });
    pages = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<p>'));
    await new Promise<void>((resolve) => pages.listen(0, () => resolve()));
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    pages?.close();
  });

  const attackFrom = async (host: string): Promise<unknown> => {
    const page: Page = await browser.newPage();
    await page.goto(`http://${host}:${(pages.address() as AddressInfo).port}/`);
    const outcome: unknown = await page.evaluate(`(${ATTACK})(${JSON.stringify(app.url)})`);
    await page.close();
    return outcome;
  };

  // The app is at 127.0.0.1. Another port of 127.0.0.1 is same-site, localhost is cross-site.
  it.each(['localhost', '127.0.0.1'])('at %s can read nothing by JSONP, websocket or fetch', async (host) => {
    expect(await attackFrom(host)).toEqual({
      seen: [],
      jsonp: 'error',
      websocket: 'error',
      read: 'error',
    });
  });
});
