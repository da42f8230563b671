/** The channel on which PostgreSQL publishes what a transaction has changed, when it has committed. */
export const CHANGES_CHANNEL = 'flight_changes';
/** Published instead of the flights and airports where a statement has changed many flights, or all were loaded. */
export const ANY_CHANGE = '*';
const MOST_NAMED = 1_000;

/** Publishes `airport:JFK` and `flight:1`. PostgreSQL leaves out repetitions of one transaction. */
export const CREATE_FUNCTION = `
  CREATE FUNCTION notify_flight_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (SELECT count(*) FROM (SELECT FROM changed LIMIT ${MOST_NAMED + 1}) AS first) > ${MOST_NAMED} THEN
      PERFORM pg_notify('${CHANGES_CHANNEL}', '${ANY_CHANGE}');
    ELSE
      PERFORM pg_notify('${CHANGES_CHANNEL}', name) FROM (
        SELECT 'flight:' || id FROM changed
        UNION SELECT 'airport:' || origin FROM changed
        UNION SELECT 'airport:' || destination FROM changed) AS names (name);
    END IF;
    RETURN NULL;
  END $$`;

/** TRUNCATE does not say which rows it has deleted. */
export const CREATE_TRUNCATE_FUNCTION = `
  CREATE FUNCTION notify_flights_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('${CHANGES_CHANNEL}', '${ANY_CHANGE}');
    RETURN NULL;
  END $$`;

const WITH_ROWS = [
  ['inserted', 'INSERT', 'NEW'],
  ['before_update', 'UPDATE', 'OLD'],
  ['after_update', 'UPDATE', 'NEW'],
  ['deleted', 'DELETE', 'OLD'],
] as const;
const TRIGGERS = [
  ...WITH_ROWS.map(([name, event, rows]) => ({
    name: `flights_${name}`,
    event: `${event} ON flights REFERENCING ${rows} TABLE AS changed`,
    calls: 'notify_flight_changes',
  })),
  { name: 'flights_truncated', event: 'TRUNCATE ON flights', calls: 'notify_flights_truncated' },
];

/** Once for each statement. Loading the flights drops the table with its triggers, so they are created again after {@link ANY_CHANGE}. */
export const CREATE_TRIGGERS = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('flight-changes'));
  IF to_regclass('flights') IS NULL THEN RETURN; END IF;${TRIGGERS.map(
    ({ name, event, calls }) => `
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('flights') AND tgname = '${name}') THEN
    CREATE TRIGGER ${name} AFTER ${event} FOR EACH STATEMENT EXECUTE FUNCTION ${calls}();
  END IF;`,
  ).join('')}
END $$`;
