import { isDeepStrictEqual } from 'node:util';
import { type Feed, isDue, type Viewer, type Watching } from './feed.js';
import type { LeaderboardService } from '../leaderboard.service.js';
import type { NoPlace, OwnPlace } from './leaderboard.wire.js';

const EVERY_MS = 1_000;
const NEIGHBOURS = 2;
/** In one script: more would delay the commands of others. */
const AT_ONCE = 100;

export function ownPlaces(
  leaderboard: Pick<LeaderboardService, 'ownPlaces'>,
  { board, window }: Pick<Feed, 'board' | 'window'>,
  playerIds: readonly string[],
): Promise<{ version: number; places: Map<string, OwnPlace> }> {
  return leaderboard.ownPlaces(board, window, { playerIds, radius: NEIGHBOURS });
}

/** Sends to each viewer that follows a player that player's place, if it is due and has changed. A name or a rebuild changes it too. */
export async function sendOwnPlaces(
  leaderboard: Pick<LeaderboardService, 'ownPlaces'>,
  feed: Feed,
): Promise<void> {
  const { board, window } = feed;
  const now = performance.now();
  const due = followersDue(feed, now);
  const playerIds = [...due.keys()];
  for (let i = 0; i < playerIds.length; i += AT_ONCE) {
    const some = playerIds.slice(i, i + AT_ONCE);
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
