import type { ConsoleEvents } from '../../../src/demo/console/console.wire.js';
import { openNamespace } from './namespace.js';

/** The operator's live feed: lookups, session events and engine states. */
export const { socket: consoleSocket, state: consoleState } = openNamespace<ConsoleEvents>('/console');
