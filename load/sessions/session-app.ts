import { SideApp } from '../app/side-app.js';

/** Arguments of the process. */
export interface SessionAppOptions {
  /** null: sessions in the memory of the process. */
  readonly databaseUrl: string | null;
}

/** A small app with the textbook side's routes for sessions, on another store of express-session. */
export function startSessionApp(options: SessionAppOptions): Promise<SideApp> {
  return SideApp.start(new URL('session-app.process.ts', import.meta.url), options);
}
