import { networkOf } from '../../common/index.js';
import { readScript, type RedisEngine, replaceForeign } from '../../engine/index.js';
import { guestsKey } from '../records/sessions.keys.js';
import { tooManyGuests } from '../sessions.errors.js';

const WINDOW_SECONDS = 60 * 60;
const DEFAULT_PER_ADDRESS = 100;

const COUNT = readScript('sessions.guests.count', import.meta.url, 'scripts/count.lua');

interface Options {
  engine: RedisEngine;
  keyPrefix: string;
  guestsPerAddress?: number;
}

/** Guests per address and hour, counted on all nodes together, so that one caller cannot fill the engine with sessions. */
export class GuestLimit {
  constructor(private readonly options: Options) {}

  /** Counts a guest. @throws {SessionError} E_TOO_MANY_GUESTS */
  async count(address: string): Promise<void> {
    const { engine, keyPrefix, guestsPerAddress = DEFAULT_PER_ADDRESS } = this.options;
    const keys = [guestsKey(keyPrefix, networkOf(address))];
    const count = () => engine.run(COUNT, keys, [`${guestsPerAddress}`, `${WINDOW_SECONDS}`]);
    const waitMs = Number(await replaceForeign(engine, { keys, type: 'string' }, count));
    if (waitMs >= 0) throw tooManyGuests(waitMs);
  }
}
