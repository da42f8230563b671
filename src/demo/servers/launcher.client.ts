import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { withTimeLimit } from '../../common/index.js';
import { ServersError } from './servers.errors.js';
import { SERVERS_OPTIONS, type ServersOptions } from './servers.options.js';
import type { ClusterAction, ServerAction, Zone, ZoneAction } from './servers.wire.js';

type Request =
  | { ask: 'list' }
  | { ask: 'control'; name: string; action: ServerAction }
  | { ask: 'resize'; action: ClusterAction }
  | { ask: 'zone'; zone: Zone; action: ZoneAction };

/** The first message of the launcher, and its answers. Another parent of this process may send others. */
type Message =
  | { from: 'launcher' }
  | { id: number; result: unknown }
  | { id: number; refusal: { code: ServersError['code']; message: string } };

const NO_LAUNCHER =
  'npm start did not start this application (without --watch and --debug), so it cannot list or control servers. Run npm start, and open the address that it prints.';

/** Asks `npm start`, the parent of this process, over the channel between them. */
@Injectable()
export class LauncherClient implements OnModuleDestroy {
  private readonly waiting = new Map<number, (message: Message) => void>();
  private lastId = 0;
  private isThere = false;

  constructor(@Inject(SERVERS_OPTIONS) { enabled }: ServersOptions) {
    if (enabled && process.send) process.on('message', this.receive);
  }

  onModuleDestroy(): void {
    process.off('message', this.receive);
  }

  /** Why no server can be listed, and what to do. Null if they can. */
  get absence(): string | null {
    return this.isThere && process.connected ? null : NO_LAUNCHER;
  }

  /** @throws {ServersError} E_NO_LAUNCHER */
  requireLauncher(): void {
    if (this.absence !== null) throw new ServersError('E_NO_LAUNCHER', this.absence);
  }

  /** @throws {ServersError} if the launcher refuses, if it does not answer within the limit, and if there is none. */
  async ask<Result>(request: Request, limitSeconds: number): Promise<Result> {
    this.requireLauncher();
    const id = ++this.lastId;
    const silent = new ServersError(
      'E_LAUNCHER_SILENT',
      `npm start has not answered within ${limitSeconds} s. See its output, then list the servers.`,
    );
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    process.send?.({ id, ...request }, undefined, undefined, () => undefined);
    try {
      const message = await withTimeLimit(limitSeconds * 1000, answer, () => silent);
      if ('refusal' in message) throw new ServersError(message.refusal.code, message.refusal.message);
      return (message as { result: Result }).result;
    } finally {
      this.waiting.delete(id);
    }
  }

  private readonly receive = (message: unknown): void => {
    if (typeof message !== 'object' || message === null) return;
    const known = message as Message;
    if ('from' in known) this.isThere ||= known.from === 'launcher';
    else this.waiting.get(known.id)?.(known);
  };
}
