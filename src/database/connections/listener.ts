import { setTimeout as delay } from 'node:timers/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { within } from './silence.js';

const RETRY_MS = 250;
const PING_MS = 1_000;

/** Receives what is sent with `NOTIFY`. */
export interface NotificationListener {
  /** Called after the sending transaction has committed, and once for equal texts of one transaction. */
  onNotification(text: string): void;
  /** Called when the connection is lost, or the first one fails: notifications may be missed from now on. */
  onDisconnected(): void;
  /** Called when it is connected again. */
  onReconnected(): void;
}

/** Follows a channel on a connection of its own, which it replaces whenever it is lost or silent for a second. */
export class Listener {
  private readonly closed = new AbortController();
  private isLost = false;

  constructor(
    private readonly channel: string,
    private readonly listener: NotificationListener,
    private readonly connected: (work: (client: ClientBase) => Promise<void>) => Promise<void>,
  ) {}

  async run(): Promise<void> {
    const { signal } = this.closed;
    while (!signal.aborted) {
      await this.connected((client) => this.follow(client)).catch(() => undefined);
      if (!signal.aborted && !this.isLost) this.listener.onDisconnected();
      this.isLost = true;
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  close(): void {
    this.closed.abort();
  }

  private async follow(client: ClientBase): Promise<void> {
    const { signal } = this.closed;
    client.on('notification', ({ payload = '' }) => this.listener.onNotification(payload));
    await client.query(`LISTEN ${escapeIdentifier(this.channel)}`);
    if (this.isLost) this.listener.onReconnected();
    this.isLost = false;
    for (;;) {
      await delay(PING_MS, undefined, { signal, ref: false });
      await within(PING_MS, client.query('SELECT 1'));
    }
  }
}
