import { SideApp } from '../app/side-app.js';

/** Arguments of the process. */
export interface RankAppOptions {
  readonly databaseUrl: string;
}

/** A small app that answers the leaderboard module's routes by SQL. */
export function startRankApp(options: RankAppOptions): Promise<SideApp> {
  return SideApp.start(new URL('rank-app.process.ts', import.meta.url), options);
}
