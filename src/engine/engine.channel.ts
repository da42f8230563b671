import { type Channel, channel } from 'node:diagnostics_channel';
import type { EngineReport } from './engine.wire.js';

/** Carries an `EngineReport` each time an engine's state or reason changes. */
export const engineStateChannel = channel('caching.engine.state') as Channel<unknown, EngineReport>;
