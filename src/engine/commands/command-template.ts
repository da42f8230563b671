import { createClient } from 'redis';

/** A client that is never connected. It provides node-redis' methods and shows what each sends. */
export const TEMPLATE = createClient();

/** Commands that change the state of the connection, which all callers share. */
const CONNECTION_COMMANDS =
  'connect close destroy disconnect quit duplicate legacy reset sendCommand addCommand select watch unwatch monitor hello auth ' +
  'reAuthenticate asking readonly clientPause clientUnpause clientTracking clientCaching clientSetName clientNoEvict ' +
  'clientNoTouch subscribe unsubscribe pSubscribe pUnsubscribe sSubscribe sUnsubscribe';
/** Commands that block the connection, or may do so. */
const BLOCKING_COMMANDS =
  'blPop brPop blMove blMoveM blmPop brPopLPush bzPopMax bzPopMin bzmPop xRead xReadGroup wait waitAof';
/** Commands over all keys. A shard has only some of them. */
const ALL_KEYS_COMMANDS = 'scan scanIterator keys dbSize randomKey flushDb flushAll swapDb';
const WITHHELD = new Set(
  `${CONNECTION_COMMANDS} ${BLOCKING_COMMANDS} ${ALL_KEYS_COMMANDS}`.toLowerCase().split(' '),
);

/** Whether a node-redis method is not offered because it would affect every user of the connection. */
export function isWithheld(name: string): boolean {
  // Matches blPop and BLPOP, clientNoTouch and CLIENT_NO-TOUCH.
  return WITHHELD.has(name.replaceAll(/[_-]/g, '').toLowerCase());
}

/** Pipelines offer WAIT, which waits for the replicas. It blocks the connection for up to its timeout. */
export function isWithheldFromBatches(name: string): boolean {
  return name.toLowerCase() !== 'wait' && isWithheld(name);
}
