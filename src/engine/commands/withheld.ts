/** What means the connection, which all callers share. */
const CONNECTION_COMMANDS =
  'connect close destroy disconnect quit duplicate legacy reset sendCommand addCommand select watch unwatch monitor hello auth ' +
  'reAuthenticate asking readonly clientPause clientUnpause clientTracking clientCaching clientSetName clientNoEvict ' +
  'clientNoTouch subscribe unsubscribe pSubscribe pUnsubscribe sSubscribe sUnsubscribe';
/** What holds it up, or may be told to. */
const BLOCKING_COMMANDS =
  'blPop brPop blMove blMoveM blmPop brPopLPush bzPopMax bzPopMin bzmPop xRead xReadGroup wait waitAof';
/** What means all keys, of which a shard has some. */
const ALL_KEYS_COMMANDS = 'scan scanIterator keys dbSize randomKey flushDb flushAll swapDb';
const WITHHELD = new Set(
  `${CONNECTION_COMMANDS} ${BLOCKING_COMMANDS} ${ALL_KEYS_COMMANDS}`.toLowerCase().split(' '),
);

/** Whether a method of node-redis is not offered: what one caller did with it would happen to all. */
export function isWithheld(name: string): boolean {
  // blPop and BLPOP, clientNoTouch and CLIENT_NO-TOUCH.
  return WITHHELD.has(name.replaceAll(/[_-]/g, '').toLowerCase());
}

/** In a pipeline WAIT says how many replicas have what stands before it; what it costs the others is its caller's to weigh. */
export function isWithheldFromBatches(name: string): boolean {
  return name.toLowerCase() !== 'wait' && isWithheld(name);
}
