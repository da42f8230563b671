/**
 * What a call with a short deadline has handed to node-redis, to be taken back when its time is up: others may still be waiting
 * on the same connection. node-redis listens to the signal of a command until it writes it, and asks no more of a signal than
 * this; a real AbortSignal costs several times as much.
 */
export class WithdrawableCommands {
  hasWritten = false;
  private readonly commands: { drop?: (() => void) | undefined }[] = [];

  /** @param isAtomic whether all of it is one transaction. @param isOpen of a connection that is lost nothing is written any more, whatever node-redis stops listening to. */
  constructor(
    readonly isAtomic: boolean,
    private readonly isOpen: () => boolean,
  ) {}

  /** `send` is to pass the signal on. */
  send<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const command: { drop?: (() => void) | undefined } = {};
    this.commands.push(command);
    const signal = {
      aborted: false,
      addEventListener: (_type: string, drop: () => void) => void (command.drop = drop),
      removeEventListener: () => {
        if (command.drop && this.isOpen()) this.hasWritten = true;
        command.drop = undefined;
      },
    };
    const reply = send(signal as unknown as AbortSignal);
    // What cannot be encoded has left node-redis' queue already.
    reply.catch(() => void (command.drop = undefined));
    return reply;
  }

  /** What is not written never will be. @returns whether there was something. */
  withdraw(): boolean {
    const unwritten = this.commands.flatMap(({ drop }) => drop ?? []);
    for (const command of this.commands) command.drop = undefined;
    for (const drop of unwritten) drop();
    return unwritten.length > 0;
  }
}
