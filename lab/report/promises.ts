interface Promised {
  readonly sentence: string;
  /** Names of the experiments that put it to the test. */
  readonly experiments: readonly string[];
  /** What the sentence does not say. */
  readonly limits: string;
}

/** What in-memory caching promises in general, and where each promise ends. */
export const PROMISES: readonly Promised[] = [
  {
    sentence: 'Reads and writes take less than a millisecond.',
    experiments: ['latency'],
    limits:
      'At the engine most do, and in the query cache half of them. The slowest 1% take longer. So do HTTP requests that read or change a session.',
  },
  {
    sentence: 'Memory is hundreds or thousands of times as fast as the database.',
    experiments: ['speed'],
    limits:
      'Hundreds of times, for an expensive query. A row that the database finds by its key gains little.',
  },
  {
    sentence: 'The database gets less load.',
    experiments: ['offload', 'herd', 'cold'],
    limits:
      'Answers that are read only once save nothing. When all viewers of a board come back at once, the module queries the database more often than the textbook side.',
  },
  {
    sentence: 'A primary that fails is replaced automatically.',
    experiments: ['failover', 'pause', 'partition', 'clients'],
    limits:
      'Until the promotion, requests for sessions on this primary are answered 503. A primary that is cut off still accepts writes, and they are lost later. If its writes need a replica, it accepts them for some seconds, otherwise until the cut ends. The other app nodes do not see users who sign in there.',
  },
  {
    sentence: 'Data survive the loss of a zone.',
    experiments: ['zones'],
    limits:
      'Replicas are a little behind, so the last changes of a session can be lost. In other zones than that of the primary each call takes longer.',
  },
  {
    sentence: 'Data are encrypted in transit and at rest.',
    experiments: ['encryption'],
    limits:
      'In transit they are. At rest only sessions are, by the app: player ids and cached answers are readable unless the disks are encrypted.',
  },
  {
    sentence: 'Capacity grows and shrinks under load.',
    experiments: ['scale', 'memory', 'deploy'],
    limits:
      'Nodes join and leave without a failed request, but a replica adds no capacity, and answers that a new Memcached node takes over are loaded again.',
  },
];
