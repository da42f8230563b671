import { randomBytes } from 'node:crypto';
import type { RedisClientType } from 'redis';
import type { Capabilities } from '../capabilities/capabilities.js';
import { refusalOf } from '../capabilities/refusal.js';
import { NotPrimaryError } from '../health/server-facts.js';
import { keySlot } from '../topology/key-slot.js';

/** Echoes per proof of slots that no lease depends on. They take turns. */
const MOST_OTHERS = 16;
/** A permission that was added takes effect without a new connection. */
const RETRY_REFUSED_MS = 10_000;

/** A channel of this connection alone, in the slot of the channels that it stands for. */
interface Echo {
  readonly name: string;
  readonly channels: Set<string>;
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
    private readonly capabilities: Capabilities,
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
    if (echo) echo.isLeased = true;
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
    if (!this.capabilities.allows('ROLE') || !this.capabilities.allows('SPUBLISH')) this.refuse(sentAt);
    if (this.isRefused && sentAt < this.retryAt) return void (await this.client.ping());
    const echoes = this.due();
    try {
      await Promise.all([this.requirePrimary(), ...echoes.map((echo) => this.roundTrip(echo))]);
      this.isRefused = false;
      for (const echo of echoes) echo.liveAt = sentAt;
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
      .slice(0, MOST_OTHERS);
    return [...active.filter(({ isLeased }) => isLeased), ...others];
  }

  private async requirePrimary(): Promise<void> {
    const [role = 'unknown'] = await this.client.sendCommand<string[]>(['ROLE']);
    if (role !== 'master') throw new NotPrimaryError(role);
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
 * channel whose slot cannot be had by another name, for example `}`.
 */
function echoName(slot: number | undefined, channel: string, id: string): string | undefined {
  const names = [`${channel}:live:${id}`, `{${channel}}:live:${id}`];
  return slot === undefined ? names[0] : names.find((name) => keySlot(name) === slot);
}
