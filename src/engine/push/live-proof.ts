import { randomBytes } from 'node:crypto';
import type { RedisClientType } from 'redis';
import { isReplyOf } from '../calls/call-failure.js';
import { type Capabilities, RETRY_REFUSED_MS } from '../capabilities/capabilities.js';
import { refusalOf } from '../capabilities/refusal.js';
import { speaksResp3 } from '../connecting/connect.js';
import { NotPrimaryError } from '../health/server-facts.js';
import { keySlot } from '../topology/key-slot.js';

/** Echoes per proof of slots that no lease depends on. They take turns. */
const MAX_UNLEASED_ECHOES = 16;

/** A channel of this connection alone, in the slot of the channels that it stands for. */
interface Echo {
  readonly name: string;
  readonly channels: Set<string>;
  /** The server has only some of the slots, so this one can move. */
  readonly canMove: boolean;
  /** The slot is being moved: `ASK` was the last answer for an absent key. */
  isMigrating: boolean;
  /** It is part of every proof. */
  isLeased: boolean;
  isActive: boolean;
  /** Its subscription was certainly active at this time (`performance.now()`). */
  liveAt: number;
  onMessage: (message: string) => void;
  ready: Promise<void>;
}

/**
 * Proves that the subscriptions of one connection are active: `ROLE` says that the server is a primary, and a message to an echo channel
 * in the same slot comes back over this connection. Everything that was published before it has then arrived.
 *
 * A PING proves neither. Replicas accept subscriptions; and a server that gives a slot away ends its subscriptions, which node-redis
 * does not report while a reply is pending (docs/decisions/0027).
 *
 * While a slot is being moved, its moved keys are invalidated on the other server, which publishes only to its own subscribers. So the
 * proof of a leased slot also reads an absent key: the server answers `ASK`, and nothing is proven until the move ends.
 */
export class LiveProof {
  /** The server refuses a command that the proof needs. */
  private isRefused = false;
  private retryAt = 0;
  private sent = 0;
  private readonly id = randomBytes(6).toString('base64url');
  private readonly echoes = new Map<number | undefined, Echo>();

  constructor(
    private readonly client: RedisClientType,
    private readonly capabilities: () => Capabilities,
  ) {}

  /**
   * Subscribes an echo for the slot of a channel. Call it before the channel is subscribed: when the slot is lost in between, the echo
   * is lost and the proof fails.
   *
   * @param slot undefined where the server has all slots: one echo then stands for all channels.
   */
  async watch(slot: number | undefined, channel: string, isLeased: boolean): Promise<void> {
    const echo = this.echoes.get(slot) ?? this.open(slot, channel);
    echo?.channels.add(channel);
    if (isLeased) this.lease(slot);
    await echo?.ready;
  }

  /** From now on the slot is part of every proof. */
  lease(slot: number | undefined): void {
    const echo = this.echoes.get(slot);
    if (!echo || echo.isLeased) return;
    echo.isLeased = true;
    // Until now no absent key was read.
    echo.liveAt = Number.NEGATIVE_INFINITY;
  }

  unwatch(slot: number | undefined, channel: string): void {
    const echo = this.echoes.get(slot);
    if (!echo?.channels.delete(channel) || echo.channels.size > 0) return;
    this.echoes.delete(slot);
    if (echo.isActive) this.client.sUnsubscribe(echo.name).catch(() => undefined);
  }

  /** When the subscriptions in a slot were last proven, `-Infinity` if never. */
  liveAt(slot: number | undefined): number {
    return this.echoes.get(slot)?.liveAt ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the subscriptions in a slot cannot be proven, because the server refuses a command. */
  cannotProve(slot: number | undefined): boolean {
    return this.isRefused || !this.echoes.has(slot);
  }

  /** Rejects if a subscription is lost, or if the server is not a primary. A refused command does not reject. */
  async renew(): Promise<void> {
    const sentAt = performance.now();
    const capabilities = this.capabilities();
    const isAllowed =
      capabilities.allows('ROLE') && capabilities.allows('SPUBLISH') && speaksResp3(this.client);
    if (!isAllowed) this.refuse(sentAt);
    if (this.isRefused && sentAt < this.retryAt) return void (await this.client.ping());
    const echoes = this.due();
    try {
      const checks = Promise.all(echoes.map((echo) => this.check(echo)));
      const [areProven] = await Promise.all([checks, this.requirePrimary()]);
      this.isRefused = false;
      for (const [i, echo] of echoes.entries()) if (areProven[i]) echo.liveAt = sentAt;
    } catch (error) {
      if (!refusalOf(error)) throw error;
      this.refuse(sentAt);
    }
  }

  private refuse(at: number): void {
    this.isRefused = true;
    this.retryAt = at + RETRY_REFUSED_MS;
  }

  private open(slot: number | undefined, channel: string): Echo | undefined {
    const name = echoName(slot, channel, `${this.id}${++this.sent}`);
    if (name === undefined) return undefined;
    const echo: Echo = {
      name,
      channels: new Set(),
      canMove: slot !== undefined,
      isMigrating: false,
      isLeased: false,
      isActive: false,
      liveAt: Number.NEGATIVE_INFINITY,
      onMessage: () => undefined,
      ready: Promise.resolve(),
    };
    this.echoes.set(slot, echo);
    echo.ready = this.subscribe(echo, slot);
    return echo;
  }

  private async subscribe(echo: Echo, slot: number | undefined): Promise<void> {
    try {
      await this.client.sSubscribe(echo.name, (message) => echo.onMessage(message));
      echo.isActive = true;
    } catch (error) {
      this.echoes.delete(slot);
      if (!refusalOf(error)) throw error;
    }
  }

  private due(): Echo[] {
    const active = [...this.echoes.values()].filter(({ isActive }) => isActive);
    const others = active
      .filter(({ isLeased }) => !isLeased)
      .toSorted((one, other) => one.liveAt - other.liveAt)
      .slice(0, MAX_UNLEASED_ECHOES);
    return [...active.filter(({ isLeased }) => isLeased), ...others];
  }

  private async requirePrimary(): Promise<void> {
    const [role = 'unknown'] = await this.client.sendCommand<string[]>(['ROLE']);
    if (role !== 'master') throw new NotPrimaryError(role);
  }

  private async check(echo: Echo): Promise<boolean> {
    const { isLeased, canMove } = echo;
    const [isStable] = await Promise.all([
      !isLeased || !canMove || this.isStable(echo),
      this.roundTrip(echo),
    ]);
    // A lease that began meanwhile waits for the next proof.
    return isStable && echo.isLeased === isLeased;
  }

  /** False while the slot is being moved. Rejects if a move was cancelled: messages were missed meanwhile, so the channels subscribe again. */
  private async isStable(echo: Echo): Promise<boolean> {
    try {
      // No key has the name of an echo. MGET is in the least access of the query cache, EXISTS is not.
      await this.client.mGet([echo.name]);
    } catch (error) {
      if (!isReplyOf('ASK', error)) throw error;
      echo.isMigrating = true;
      echo.liveAt = Number.NEGATIVE_INFINITY;
      return false;
    }
    if (echo.isMigrating) throw new Error('The move of a slot was cancelled.');
    return true;
  }

  private async roundTrip(echo: Echo): Promise<void> {
    const token = String(++this.sent);
    const isBack = new Promise<void>((resolve) => {
      echo.onMessage = (message) => {
        if (message === token) resolve();
      };
    });
    await this.client.sPublish(echo.name, token);
    await isBack;
  }
}

/**
 * It begins with the channel's name where it can, so that an ACL that allows a prefix of channels allows it as well. Undefined for a
 * channel such as `}`: no other name hashes to its slot.
 */
function echoName(slot: number | undefined, channel: string, id: string): string | undefined {
  const names = [`${channel}:live:${id}`, `{${channel}}:live:${id}`];
  return slot === undefined ? names[0] : names.find((name) => keySlot(name) === slot);
}
