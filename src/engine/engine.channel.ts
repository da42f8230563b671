import { type Channel, channel } from 'node:diagnostics_channel';
import type { EngineReport } from './engine.wire.js';

/** Publishes an `EngineReport` whenever the state, reason or advice of an engine changes. */
export const engineStateChannel = channel('caching.engine.state') as Channel<unknown, EngineReport>;
