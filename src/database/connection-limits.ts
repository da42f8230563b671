/**
 * Settings of every connection, so that no lock outlives its holder by more than a few seconds: a node that is stopped or cut off keeps
 * its connection open. See "Client Connection Defaults" and "Connections and Authentication" in PostgreSQL's documentation.
 */
export const CONNECTION_LIMITS = {
  /** Ends the session of a node that was stopped inside a transaction, and with it its locks. */
  idle_in_transaction_session_timeout: 2_000,
  /** Longer than a stopped node holds a lock. */
  lock_timeout: 2_500,
  /** Ends the session of a node that is cut off, while the server sends to it and while it is idle. */
  options: [
    'tcp_user_timeout=5000',
    'tcp_keepalives_idle=5',
    'tcp_keepalives_interval=1',
    'tcp_keepalives_count=3',
  ]
    .map((setting) => `-c ${setting}`)
    .join(' '),
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
};

/** A long read pauses between its statements while what was read is stored elsewhere. */
export const LONG_READ_LIMITS = { ...CONNECTION_LIMITS, idle_in_transaction_session_timeout: 5_000 };
