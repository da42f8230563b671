import { AppClient } from '../app/app-client.js';
import { startOwnPostgres } from '../app/own-postgres.js';
import { INSTALL_PEERS, resolvePeer } from '../app/peer-package.js';
import type { SideApp } from '../app/side-app.js';
import { processorWithoutScrapes } from '../app/processor-time.js';
import { signIn, signInToTextbook } from '../app/sign-in.js';
import { textbookPath } from '../comparison.js';
import type { Scene } from '../scenario.js';
import { startSessionApp } from './session-app.js';

/** Somebody who is signed in to one side. */
export interface Visitor {
  /** The side. */
  readonly name: string;
  /** The scene, with the app that serves this side. */
  readonly scene: Scene;
  readonly pathOf: (path: string) => string;
  readonly cookie: string;
  /** CPU time of the process that serves this side, in milliseconds. */
  readonly processorMs: () => Promise<number>;
}

export interface Visitors {
  readonly visitors: readonly Visitor[];
  /** Why a side is missing, one sentence each. */
  readonly missing: readonly string[];
  readonly close: () => Promise<void>;
}

const POSTGRES_STORE = 'connect-pg-simple';

/** Signs in to each side. Starts those that are no part of the application. */
export async function openVisitors(scene: Scene): Promise<Visitors> {
  const { app } = scene;
  const ofApp = { scene, processorMs: await processorWithoutScrapes(app) };
  const visitors: Visitor[] = [
    { ...ofApp, name: 'module', pathOf: (path) => path, cookie: await signIn(app) },
    { ...ofApp, name: 'textbook', pathOf: textbookPath, cookie: await signInToTextbook(app) },
  ];
  const toClose: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const next of toClose.toReversed()) await next();
  };
  const open = async (name: string, databaseUrl: string | null) => {
    const side = await startSessionApp({ databaseUrl });
    toClose.push(() => side.stop());
    visitors.push(await visitorOf(scene, name, side));
  };
  const missing: string[] = [];
  try {
    if (resolvePeer(POSTGRES_STORE)) {
      const postgres = await startOwnPostgres();
      toClose.push(() => postgres.stop());
      await open('direct', postgres.url);
    } else {
      missing.push(
        `Sessions in PostgreSQL are not measured: ${POSTGRES_STORE} is not installed. ${INSTALL_PEERS}`,
      );
    }
    await open('memory', null);
    return { visitors, missing, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The routes are those of the textbook side. */
async function visitorOf(scene: Scene, name: string, side: SideApp): Promise<Visitor> {
  const app = new AppClient(side.url, undefined, scene.signal);
  const cookie = await signInToTextbook(app);
  return {
    name,
    scene: { ...scene, app },
    pathOf: textbookPath,
    cookie,
    processorMs: () => side.processorMs(),
  };
}
