import { ErrorReply } from 'redis';
import type { MissingCommand } from '../engine.wire.js';
import type { ClosingCommands } from './closing-commands.js';
import type { CommandUse } from './command-use.js';
import { type RefusalForm, refusalOf, remedyOf } from './refusal.js';

/** A permission that was added takes effect without a new connection. */
const RETRY_MS = 10_000;

interface Refusal {
  use: CommandUse;
  form: RefusalForm;
  retryAt: number;
}

/**
 * What the server of one connection allows. Each command is tried by sending it: COMMAND INFO does not know the user's permissions,
 * ACL DRYRUN needs one of its own, and a proxy answers neither.
 */
export class Capabilities {
  /** By the use, because two roles may use one command for different things. */
  private readonly refusals = new Map<string, Refusal>();
  private retriedAt = performance.now();
  private lastAttempt: Promise<unknown> = Promise.resolve();

  /** @param onChange a command was refused for the first time, or is allowed again. */
  constructor(
    private readonly closing: ClosingCommands,
    private readonly onChange: () => void,
  ) {}

  /** The refused commands, with what that costs and what to do. */
  get missing(): MissingCommand[] {
    return [...this.refusals.values()].map(({ use: { command, cost, isRequired = false }, form }) => ({
      command,
      cost,
      remedy: remedyOf(command, form),
      isRequired,
    }));
  }

  allows(command: string): boolean {
    for (const { use } of this.refusals.values()) if (use.command === command) return false;
    return true;
  }

  /** True every ten seconds. */
  isRetryDue(): boolean {
    const isDue = performance.now() - this.retriedAt > RETRY_MS;
    if (isDue) this.retriedAt = performance.now();
    return isDue;
  }

  /** Sends a command, unless the server refused it recently. Undefined if it is refused. Other errors are rethrown. */
  attempt<T>(use: CommandUse, send: () => Promise<T>): Promise<T | undefined> {
    if (!this.closing.isSuspected) return this.sendUnlessRefused(use, send);
    const attempt = this.lastAttempt.then(() => this.sendUnlessRefused(use, send));
    this.lastAttempt = attempt.catch(rethrowUnlessReply);
    // After a lost connection nothing more is sent.
    this.lastAttempt.catch(() => undefined);
    return attempt;
  }

  private async sendUnlessRefused<T>(use: CommandUse, send: () => Promise<T>): Promise<T | undefined> {
    const known = this.refusals.get(idOf(use));
    if (known && performance.now() < known.retryAt) return undefined;
    if (this.closing.refusedUntil(use.command)) return this.refuse(use, 'closed', Infinity);
    this.closing.begin(use.command);
    try {
      const reply = await send();
      if (this.refusals.delete(idOf(use))) this.onChange();
      return reply;
    } catch (error) {
      const form = refusalOf(error);
      // A misread reply must not stop a role.
      if (!form || (form === 'other' && use.isRequired)) throw error;
      return this.refuse(use, form, performance.now() + RETRY_MS);
    }
  }

  private refuse(use: CommandUse, form: RefusalForm, retryAt: number): undefined {
    const isNew = !this.refusals.has(idOf(use));
    this.refusals.set(idOf(use), { use, form, retryAt });
    if (isNew) this.onChange();
  }
}

function idOf({ command, cost }: CommandUse): string {
  return `${command} ${cost}`;
}

function rethrowUnlessReply(error: unknown): void {
  if (!(error instanceof ErrorReply)) throw error;
}
