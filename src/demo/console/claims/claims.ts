/** A claim, and what measures it: a scenario of `npm run load`, or an experiment of `npm run lab`. */
export interface Claim {
  sentence: string;
  command: 'load' | 'lab';
  name: string;
}

export const CLAIMS: readonly Claim[] = [
  {
    sentence: 'An answer from memory is hundreds of times as fast as an expensive query.',
    command: 'load',
    name: 'query-cache',
  },
  {
    sentence: 'The database gets fewer queries, and nobody gets an answer from before an acknowledged write.',
    command: 'load',
    name: 'query-cache-mixes',
  },
  {
    sentence: 'Any node reads any session in one command, and no update of a session is lost.',
    command: 'load',
    name: 'sessions',
  },
  {
    sentence: 'A rank among a million players does not need a scan of the table.',
    command: 'load',
    name: 'ranks',
  },
  {
    sentence: 'At 5,000 scores a second, each of them is durable and ranked within milliseconds.',
    command: 'load',
    name: 'submissions',
  },
  {
    sentence: 'Thousands of viewers see a change of the board within a fraction of a second.',
    command: 'load',
    name: 'viewers',
  },
  {
    sentence: 'One node and one engine carry thousands of users.',
    command: 'load',
    name: 'capacity',
  },
  {
    sentence: 'A hit costs less than with other cache libraries, also on several nodes.',
    command: 'load',
    name: 'peers',
  },
  {
    sentence: 'When a primary dies, a replica is promoted without manual action.',
    command: 'lab',
    name: 'failover',
  },
  {
    sentence: 'A primary that freezes is replaced like one that dies, although its connections stay open.',
    command: 'lab',
    name: 'pause',
  },
  {
    sentence:
      'If writes need a replica, a cut-off primary loses at most what it accepts within five seconds, and never a score.',
    command: 'lab',
    name: 'partition',
  },
  {
    sentence: 'A zone can be lost: the others promote a replica and keep all sessions and scores.',
    command: 'lab',
    name: 'zones',
  },
  {
    sentence: 'Connections to the engine are encrypted, and so are sessions where the engine keeps them.',
    command: 'lab',
    name: 'encryption',
  },
  {
    sentence: 'Nodes join and leave under load, and no request fails.',
    command: 'lab',
    name: 'scale',
  },
  {
    sentence:
      'The app starts without its engine, and an engine that comes back empty does not overload the database.',
    command: 'lab',
    name: 'cold',
  },
  {
    sentence: 'A new version rolls out under load without a failed request or a signed-out user.',
    command: 'lab',
    name: 'deploy',
  },
  {
    sentence:
      'A full cache evicts and keeps serving. A full session store answers 503 and loses no session and no score.',
    command: 'lab',
    name: 'memory',
  },
  {
    sentence:
      'A hot answer that expires or is invalidated is loaded about once. When all viewers reconnect at once, all are served.',
    command: 'lab',
    name: 'herd',
  },
  {
    sentence: 'The cache takes load off the database: most reads of popular answers need no query.',
    command: 'lab',
    name: 'offload',
  },
  {
    sentence: 'From memory an expensive answer comes hundreds of times as fast.',
    command: 'lab',
    name: 'speed',
  },
  {
    sentence:
      'When a primary dies or freezes, no call of our client hangs, and no call that it reports as failed was executed.',
    command: 'lab',
    name: 'clients',
  },
  {
    sentence: 'At the engine and in the query cache, reads and writes usually take less than a millisecond.',
    command: 'lab',
    name: 'latency',
  },
];
