import type { Feed, Viewer, Watching } from './feed.js';
import type { LeaderboardService } from '../leaderboard.service.js';
import type { NoPlace, OwnPlace } from '../leaderboard.wire.js';

const AT_MOST_EVERY_MS = 1_000;
const NEIGHBOURS = 2;
/** Asked for together: more would hold up everybody else's commands. */
const AT_ONCE = 100;

export function ownPlaces(
  leaderboard: Pick<LeaderboardService, 'ownPlaces'>,
  { board, window }: Pick<Feed, 'board' | 'window'>,
  playerIds: readonly string[],
): Promise<Map<string, OwnPlace>> {
  return leaderboard.ownPlaces(board, window, { playerIds, radius: NEIGHBOURS });
}

/** Tells each viewer of a feed who follows a player that player's place, if the board has changed since it was told and it is due. */
export async function tellOwnPlaces(
  leaderboard: Pick<LeaderboardService, 'ownPlaces'>,
  feed: Feed,
): Promise<void> {
  const { board, window, viewers } = feed;
  const now = Date.now();
  const due = followersDue(feed, now);
  const playerIds = [...due.keys()];
  for (let i = 0; i < playerIds.length; i += AT_ONCE) {
    const asked = playerIds.slice(i, i + AT_ONCE);
    const { version } = feed;
    const places = await ownPlaces(leaderboard, feed, asked);
    for (const playerId of asked) {
      const place = places.get(playerId);
      for (const [viewer, watching] of due.get(playerId) ?? []) {
        const isNews = place !== undefined || watching.hasPlace;
        Object.assign(watching, { toldAt: now, toldVersion: version, hasPlace: place !== undefined });
        if (!isNews || viewers.get(viewer) !== watching) continue;
        const none: NoPlace = { rank: null, score: null, neighbours: [], version };
        viewer.own({ board, window, playerId, ...(place ?? none) });
      }
    }
  }
}

function followersDue({ viewers, version }: Feed, now: number): Map<string, [Viewer, Watching][]> {
  const due = new Map<string, [Viewer, Watching][]>();
  for (const [viewer, watching] of viewers) {
    const { playerId, toldAt, toldVersion } = watching;
    const isDue = toldVersion < version && now - toldAt >= AT_MOST_EVERY_MS;
    if (playerId === undefined || !isDue) continue;
    const followers = due.get(playerId) ?? [];
    followers.push([viewer, watching]);
    due.set(playerId, followers);
  }
  return due;
}
