import { Logger } from '@nestjs/common';
import { type ClientProvider, isRefusedPassword } from './credentials.js';
import { CredentialsError } from './credentials-error.js';

interface Renewal {
  /** @throws {CredentialsError} */
  next: () => Promise<{ username: string; password: string }>;
  /** How long credentials are valid. */
  lifetimeMs: number;
  refused: () => CredentialsError;
}

type Streaming = Extract<ClientProvider, { type: 'streaming-credentials-provider' }>;
type Listener = Parameters<Streaming['subscribe']>[0];

/** The part of the lifetime after which credentials are renewed, so that a failure leaves time to try again. */
const RENEW_AFTER = { earliest: 0.5, latest: 0.65 };
const RETRY_AFTER = 0.1;

const logger = new Logger('Engine');

/**
 * Credentials that expire. node-redis signs in with the first ones and sends AUTH for each renewal, between other commands of the
 * connection. A renewal that fails is logged and repeated; the connection stays open until the server closes it.
 */
export function renewed(first: Awaited<ReturnType<Renewal['next']>>, renewal: Renewal): ClientProvider {
  const connection = new RenewedConnection(renewal);
  return {
    type: 'streaming-credentials-provider',
    subscribe: (listener) => {
      connection.start(listener);
      return Promise.resolve([first, { dispose: () => connection.stop() }]);
    },
    onReAuthenticationError: (error) => connection.handleFailure(error),
  };
}

class RenewedConnection {
  private timer: NodeJS.Timeout | undefined;
  private listener: Listener | undefined;

  constructor(private readonly renewal: Renewal) {}

  start(listener: Listener): void {
    this.listener = listener;
    this.scheduleNext();
  }

  stop(): void {
    this.listener = undefined;
    clearTimeout(this.timer);
  }

  /** Fetching or sending the new credentials failed. */
  handleFailure(error: unknown): void {
    if (!this.listener) return;
    const known = isRefusedPassword(error) ? this.renewal.refused() : error;
    const reason = known instanceof CredentialsError ? known.message : 'The server did not accept AUTH.';
    logger.warn(`A connection could not sign in again and is tried again soon. ${reason}`);
    this.schedule(RETRY_AFTER);
  }

  private scheduleNext(): void {
    const { earliest, latest } = RENEW_AFTER;
    this.schedule(earliest + Math.random() * (latest - earliest));
  }

  private schedule(part: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.renew(), this.renewal.lifetimeMs * part);
  }

  private async renew(): Promise<void> {
    try {
      const credentials = await this.renewal.next();
      if (!this.listener) return;
      this.scheduleNext();
      this.listener.onNext(credentials);
    } catch (error) {
      this.handleFailure(error);
    }
  }
}
