import { ErrorReply } from 'redis';
import type { MissingCommand } from '../engine.wire.js';
import type { ClosingCommands } from './closing-commands.js';
import type { CommandUse } from './command-use.js';
import { type RefusalForm, refusalOf, remedyOf } from './refusal.js';

/** How often refused commands are tried again, in milliseconds: a permission that was added takes effect without a new connection. */
export const RETRY_REFUSED_MS = 10_000;
/** Shorter, so that each retry finds the refusals of the one before expired. */
const REFUSED_MS = RETRY_REFUSED_MS - 1_000;

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

  /** @param onChange a command was refused for the first time or in another form, or is allowed again. */
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

  /** Whether one of the commands is refused and should be tried again now. */
  hasExpired(uses: readonly CommandUse[]): boolean {
    return uses.some((use) => {
      const refusal = this.refusals.get(idOf(use));
      return refusal && performance.now() >= refusal.retryAt && !this.closing.has(use.command);
    });
  }

  /** True every ten seconds while a command is refused. */
  isRetryDue(): boolean {
    const isDue = this.refusals.size > 0 && performance.now() - this.retriedAt > RETRY_REFUSED_MS;
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
    if (this.closing.has(use.command))
      return this.refuse(use, 'closed', use.isSentBetweenCalls ? Infinity : 0);
    this.closing.begin(use.command);
    // Until it is answered.
    if (known?.form === 'closed') this.closing.add(use.command);
    try {
      const reply = await send();
      this.allow(use);
      return reply;
    } catch (error) {
      const form = refusalOf(error);
      if (form && !(form === 'other' && use.isRequired)) {
        this.closing.remove(use.command);
        return this.refuse(use, form, performance.now() + REFUSED_MS);
      }
      // A reply about something else, for example MOVED. A misread one must not stop a role.
      if (error instanceof ErrorReply) this.allow(use);
      throw error;
    }
  }

  private allow(use: CommandUse): void {
    this.closing.remove(use.command);
    if (this.refusals.delete(idOf(use))) this.onChange();
  }

  private refuse(use: CommandUse, form: RefusalForm, retryAt: number): undefined {
    const known = this.refusals.get(idOf(use));
    this.refusals.set(idOf(use), { use, form, retryAt });
    if (known?.form !== form) this.onChange();
  }
}

/** Servers of one engine usually refuse the same commands. */
export function unionOfMissing(missing: MissingCommand[][]): MissingCommand[] {
  return [...new Map(missing.flat().map((refused) => [refused.command + refused.cost, refused])).values()];
}

function idOf({ command, cost }: CommandUse): string {
  return `${command} ${cost}`;
}

function rethrowUnlessReply(error: unknown): void {
  if (!(error instanceof ErrorReply)) throw error;
}
