import { type Channel, channel } from 'node:diagnostics_channel';
import type { LookupTrace } from './query-cache.wire.js';

/** Carries one `LookupTrace` per lookup of a cached query. */
export const lookupChannel = channel('caching.query-cache.lookup') as Channel<unknown, LookupTrace>;
