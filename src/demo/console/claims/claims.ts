/** A claim, and the scenario of `npm run load` that measures it. */
export interface Claim {
  sentence: string;
  scenario: string;
}

export const CLAIMS: readonly Claim[] = [
  {
    sentence: 'An answer from memory is hundreds of times as fast as an expensive query.',
    scenario: 'query-cache',
  },
  {
    sentence: 'The database gets fewer queries, and nobody gets an answer from before an acknowledged write.',
    scenario: 'query-cache-mixes',
  },
  {
    sentence: 'Any node reads any session in one command, and no update of a session is lost.',
    scenario: 'sessions',
  },
  { sentence: 'A rank among a million players does not need a scan of the table.', scenario: 'ranks' },
  {
    sentence: 'At 5,000 scores a second, each of them is durable and ranked within milliseconds.',
    scenario: 'submissions',
  },
  {
    sentence: 'Thousands of viewers see a change of the board within a fraction of a second.',
    scenario: 'viewers',
  },
  { sentence: 'One node and one engine carry thousands of users.', scenario: 'capacity' },
  { sentence: 'A hit costs less than with other cache libraries, also on several nodes.', scenario: 'peers' },
];
