import { isDeepStrictEqual } from 'node:util';
import type { LeaderboardService } from '../leaderboard.service.js';
import { type Feed, isDue, type Viewer, type Watching } from './feed.js';
import type { NoPlace, OwnPlace } from './leaderboard.wire.js';

const EVERY_MS = 1_000;
const NEIGHBOURS = 2;
/** In one script. More would delay the commands of others. */
const LARGEST_READ = 100;

type Leaderboard = Pick<LeaderboardService, 'ownPlaces'>;

export function ownPlaces(
  leaderboard: Leaderboard,
  { board, window }: Pick<Feed, 'board' | 'window'>,
  playerIds: readonly string[],
): Promise<{ version: number; places: Map<string, OwnPlace> }> {
  return leaderboard.ownPlaces(board, window, { playerIds, radius: NEIGHBOURS });
}

/** Sends their players' places to the viewers that follow one, where they are due and have changed. Names and rebuilds change them too. */
export async function sendOwnPlaces(leaderboard: Leaderboard, feed: Feed): Promise<void> {
  const { board, window } = feed;
  const now = performance.now();
  const due = followersDue(feed, now);
  const playerIds = [...due.keys()];
  for (let i = 0; i < playerIds.length; i += LARGEST_READ) {
    const some = playerIds.slice(i, i + LARGEST_READ);
    const { version, places } = await ownPlaces(leaderboard, feed, some);
    for (const playerId of some) {
      for (const [viewer, watching] of due.get(playerId) ?? []) {
        watching.placeReadAt = now;
        const place = places.get(playerId) ?? null;
        if (feed.viewers.get(viewer) !== watching || isDeepStrictEqual(place, watching.place)) continue;
        watching.place = place;
        viewer.own({ board, window, playerId, ...(place ?? noPlace(version)) });
      }
    }
  }
}

function noPlace(version: number): NoPlace {
  return { rank: null, score: null, neighbours: [], version };
}

function followersDue({ viewers }: Feed, now: number): Map<string, [Viewer, Watching][]> {
  const due = new Map<string, [Viewer, Watching][]>();
  for (const [viewer, watching] of viewers) {
    const { playerId, placeReadAt } = watching;
    if (playerId === undefined || !isDue(placeReadAt, EVERY_MS, now)) continue;
    const followers = due.get(playerId) ?? [];
    followers.push([viewer, watching]);
    due.set(playerId, followers);
  }
  return due;
}
