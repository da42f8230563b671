/**
 * Settings of every connection. A node that is paused or cut off keeps its connection open; with these, PostgreSQL releases its locks
 * after a few seconds. See "Client Connection Defaults" and "Connections and Authentication" in PostgreSQL's documentation.
 */
export const CONNECTION_LIMITS = {
  /** Ends the session, and releases the locks, of a node that is paused inside a transaction. */
  idle_in_transaction_session_timeout: 2_000,
  /** Longer than a paused node can hold a lock. */
  lock_timeout: 2_500,
  /** End the session of a node that is cut off: while the server sends data, and while the connection is idle. */
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

/** Of a pool connection. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** Begins a transaction on a connection that was opened without these settings. */
export const BEGIN_WITH_LIMITS = [
  'BEGIN',
  `SET LOCAL idle_in_transaction_session_timeout = ${CONNECTION_LIMITS.idle_in_transaction_session_timeout}`,
  `SET LOCAL lock_timeout = ${CONNECTION_LIMITS.lock_timeout}`,
  `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
].join('; ');

/** A long read is idle between its statements while its reader stores the rows. */
export const LONG_READ_LIMITS = { ...CONNECTION_LIMITS, idle_in_transaction_session_timeout: 5_000 };
