/** The channel on which PostgreSQL publishes what a transaction has changed, when it has committed. */
export const CHANGES_CHANNEL = 'flight_changes';
/** Published instead of the flights and airports where a statement has changed many flights. */
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

const TRIGGERS = [
  ['inserted', 'INSERT', 'NEW'],
  ['before_update', 'UPDATE', 'OLD'],
  ['after_update', 'UPDATE', 'NEW'],
  ['deleted', 'DELETE', 'OLD'],
] as const;

/** Once for each statement. Loading the flights drops the table with its triggers, so they are created at each start. */
export const CREATE_TRIGGERS = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('flight-changes'));
  IF to_regclass('flights') IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = to_regclass('flights') AND tgname = 'flights_deleted')
  THEN ${TRIGGERS.map(
    ([name, event, rows]) => `
    CREATE TRIGGER flights_${name} AFTER ${event} ON flights REFERENCING ${rows} TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION notify_flight_changes();`,
  ).join('')}
  END IF;
END $$`;
