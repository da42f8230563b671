export const CROWD = 'crowd';
export const MOST_PLAYERS = 1_000_000;

export const CROWD_RULES = {
  order: 'desc',
  operator: 'best',
  ties: 'first',
  windows: ['all'],
  min: 0,
  max: 9_999_999,
} as const;

export function crowdPlayer(number: number): string {
  return `player-${number}`;
}

/** The same for the same player: a load that is repeated changes nothing. */
export function crowdSubmission(number: number) {
  const playerId = crowdPlayer(number);
  return { submissionId: `crowd-${number}`, playerId, score: scoreOf(number) };
}

/** Spreads the players over all scores. The factor and the number of scores have no common divisor, so no two scores are equal. */
function scoreOf(number: number): number {
  return (number * 7_368_787) % (CROWD_RULES.max + 1);
}
