interface Promised {
  readonly sentence: string;
  /** Names of the experiments that put it to the test. */
  readonly experiments: readonly string[];
  /** Whether it holds in part only, as `limits` say, even if each experiment reaches its goals. */
  readonly isPartial?: true;
  /** The figures that decide. */
  readonly seen: (worst: ExperimentReader) => string;
  /** What the sentence does not say. */
  readonly limits: string;
}

/** The worst value of all runs in the first topology of an experiment. */
export type ExperimentReader = (experiment: string, figure: string, side?: string) => string;

const EXPENSIVE = 'ranking of all airports: times as many answers as direct';
const CHEAP = 'one flight by primary key: times as many answers as direct';
const READ = 'session: read, whole request, p50';
const RECORDED = 'canaries in a recording of the connections';
const PLAYERS = 'player ids in dump, append-only file and logs';
const AT_REST = 'session canaries in dump, append-only file and logs';

/** What in-memory caching promises in general, and where each promise ends. */
export const PROMISES: readonly Promised[] = [
  {
    sentence: 'Reads and writes take less than a millisecond.',
    experiments: ['latency'],
    isPartial: true,
    seen: (worst) =>
      `GET ${worst('latency', 'engine: GET, p50', 'engine')}, SET ${worst('latency', 'engine: SET, p50', 'engine')} at the engine (p50). To read a session over HTTP: ${worst('latency', READ)} (textbook: ${worst('latency', READ, 'textbook')}).`,
    limits:
      'At the engine most do, and in the query cache half of them. The slowest 1% take longer. So do HTTP requests that read or change a session.',
  },
  {
    sentence: 'Memory is hundreds or thousands of times as fast as the database.',
    experiments: ['speed'],
    isPartial: true,
    seen: (worst) =>
      `An expensive query: ${worst('speed', EXPENSIVE)} times as many answers (textbook: ${worst('speed', EXPENSIVE, 'textbook')}). A row by its key: ${worst('speed', CHEAP)} times (textbook: ${worst('speed', CHEAP, 'textbook')}).`,
    limits:
      'These are whole requests over HTTP: hundreds of times, not thousands. A row that the database finds by its key gains little.',
  },
  {
    sentence: 'The database gets less load.',
    experiments: ['offload', 'herd', 'cold'],
    seen: (worst) =>
      `${worst('offload', 'popular: queries saved')} of the reads of popular answers needed no SQL statement (textbook: ${worst('offload', 'popular: queries saved', 'textbook')}).`,
    limits:
      'Answers that are read only once save nothing. When all viewers of a board come back at once, the module queries the database more often than the textbook side.',
  },
  {
    sentence: 'A primary that fails is replaced automatically.',
    experiments: ['failover', 'pause', 'partition', 'clients'],
    isPartial: true,
    seen: (worst) =>
      `After kill -9 a replica was promoted after ${worst('failover', 'seconds to the promotion')}. The module left ${worst('failover', 'requests that hung')} requests without an answer and lost ${worst('failover', 'scores: lost')} scores (textbook: ${worst('failover', 'requests that hung', 'textbook')} and ${worst('failover', 'scores: lost', 'textbook')}).`,
    limits:
      'Until the promotion, requests for sessions on this primary are answered 503. A primary that is cut off still accepts writes, and they are lost later. If its writes need a replica, it accepts them for some seconds, otherwise until the cut ends: users who signed in there are then treated as signed out. Until the cut ends, app nodes on one side do not see sign-ins and sign-outs on the other side.',
  },
  {
    sentence: 'Data survive the loss of a zone.',
    experiments: ['zones'],
    seen: (worst) =>
      `Sessions lost: ${worst('zones', 'sessions: lost')} (textbook: ${worst('zones', 'sessions: lost', 'textbook')}). Scores lost or doubled: ${worst('zones', 'scores: lost')} and ${worst('zones', 'scores: doubled')} (textbook: ${worst('zones', 'scores: lost', 'textbook')} and ${worst('zones', 'scores: doubled', 'textbook')}).`,
    limits:
      'The database is not lost with the zone. Replicas are a little behind, so the last changes of a session can be lost. In other zones than that of the primary each call takes longer.',
  },
  {
    sentence: 'Data are encrypted in transit and at rest.',
    experiments: ['encryption'],
    isPartial: true,
    seen: (worst) =>
      `Random words were stored and looked for. A recording of the connections shows ${worst('encryption', RECORDED, 'TLS')} of them with TLS, and ${worst('encryption', RECORDED, 'plain')} without. Files and logs show ${worst('encryption', AT_REST)} words from the module’s sessions (textbook: ${worst('encryption', AT_REST, 'textbook')}), and ${worst('encryption', PLAYERS)} player ids.`,
    limits:
      'Connections to the engine are encrypted. In its files only sessions are, by the app: encrypt its disks as well. Connections to PostgreSQL are not tested.',
  },
  {
    sentence: 'Capacity grows and shrinks under load.',
    experiments: ['scale', 'memory', 'deploy'],
    seen: (worst) =>
      `While nodes joined and left, ${worst('scale', 'requests that failed')} of ${worst('scale', 'requests')} requests failed and ${worst('scale', 'requests that hung')} hung (textbook: ${worst('scale', 'requests that failed', 'textbook')} and ${worst('scale', 'requests that hung', 'textbook')}).`,
    limits:
      'Nodes join and leave without a failed request, but a replica adds no capacity, and answers that a new Memcached node takes over are loaded again.',
  },
];
