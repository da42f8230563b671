import { type Channel, channel } from 'node:diagnostics_channel';
import type { LookupTrace } from './query-cache.wire.js';

/** Carries one {@link LookupTrace} per lookup of a cached query. Costs nothing without a subscriber. */
export const lookupChannel = channel('caching.query-cache.lookup') as Channel<unknown, LookupTrace>;
