/**
 * The commands that a call with a short deadline gave to node-redis. At the deadline those that are not written yet are withdrawn;
 * the connection stays open for other calls. node-redis listens to a command's signal until it writes the command and uses only these
 * members of a signal. A real AbortSignal costs several times as much.
 */
export class WithdrawableCommands {
  hasWritten = false;
  private readonly commands: { drop?: (() => void) | undefined }[] = [];

  /**
   * @param isAtomic the commands are one transaction.
   * @param isOpen false once the connection is lost: node-redis then removes its listeners without writing.
   */
  constructor(
    readonly isAtomic: boolean,
    private readonly isOpen: () => boolean,
  ) {}

  /** `send` must pass the signal to node-redis. */
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
    // A command that cannot be encoded has already left node-redis' queue.
    reply.catch(() => void (command.drop = undefined));
    return reply;
  }

  /** Withdraws the commands that are not written. Returns false if all were written. */
  withdraw(): boolean {
    const unwritten = this.commands.flatMap(({ drop }) => drop ?? []);
    for (const command of this.commands) command.drop = undefined;
    for (const drop of unwritten) drop();
    return unwritten.length > 0;
  }
}
