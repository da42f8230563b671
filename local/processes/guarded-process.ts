import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, hasStopped, signalAll } from './process-tree.js';
import type { Account } from '../machine/account.js';

/**
 * The shell that is the server's parent. It reads a pipe from this process until the pipe closes, which the kernel does when this process
 * ends, `kill -9` included. Then it stops the server. `stop()` closes the pipe too, so each ordinary stop tests the same code path.
 */
const GUARD = `
stop=$1 tenths=$2; shift 2
exec 3<&0 </dev/null
"$@" >&2 3<&- &
server=$!
exec 2>/dev/null
children() { cat "/proc/$server/task/$server/children" || pgrep -P "$server"; }
(
  while read -r _; do :; done
  kill -s "$stop" "$server"
  kill -s CONT "$server" $(children)
  while [ "$tenths" -gt 0 ] && kill -0 "$server"; do sleep 0.1; tenths=$((tenths - 1)); done
  kill -s KILL "$server" $(children)
) <&3 >/dev/null &
exec 3<&-
echo "$server"
wait "$server"
status=$?
trap '' TERM
kill -s TERM 0
exit "$status"
`;

const HELLO = { from: 'launcher' };
const LOG_LINES_KEPT = 12;
const LOG_END_MILLISECONDS = 1000;
const STOPS_WITHIN_MILLISECONDS = 1000;

export interface GuardedCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly stopSignal?: 'TERM' | 'INT';
  /** A process that has not stopped after this time is killed. */
  readonly graceSeconds: number;
  readonly account?: Account | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called with each line of stdout and stderr. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Opens a channel to a Node.js process and says hello on it. Called with each message; the result is sent back unless it is undefined. */
  readonly onMessage?: (message: unknown) => Promise<object | undefined>;
}

/** How a process ended. `text` continues a sentence that starts with its name: "exited with code 1", "was killed by SIGKILL". */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
}

/** A process that ends when this one ends, even after SIGKILL. */
export class GuardedProcess {
  private static readonly all = new Set<GuardedProcess>();
  readonly exited: Promise<Exit>;
  private readonly lines: string[] = [];
  private readonly watchers = new Set<() => void>();
  private exit: Exit | undefined;

  private constructor(
    private readonly guard: ChildProcess,
    readonly pid: number,
    onLine: ((line: string) => void) | undefined,
  ) {
    createInterface({ input: guard.stderr as Readable }).on('line', (line) => {
      this.lines.push(line);
      if (this.lines.length > LOG_LINES_KEPT) this.lines.shift();
      onLine?.(line);
      for (const watcher of this.watchers) watcher();
    });
    GuardedProcess.all.add(this);
    this.exited = this.untilExit();
  }

  /** Starts the command in a session of its own, so the terminal's Ctrl-C does not reach it. */
  static async start(command: GuardedCommand): Promise<GuardedProcess> {
    const { program, args, stopSignal = 'TERM', graceSeconds, account } = command;
    const guard = spawn('sh', ['-c', GUARD, 'guard', stopSignal, `${graceSeconds * 10}`, program, ...args], {
      detached: true,
      // 3 is used by the guard.
      stdio: ['pipe', 'pipe', 'pipe', ...(command.onMessage ? (['ignore', 'ipc'] as const) : [])],
      cwd: command.cwd ?? '/',
      ...(command.env && { env: command.env }),
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    // Writing fails when the server has already ended. `exited` reports that.
    guard.stdin?.on('error', () => undefined);
    if (command.onMessage) answerMessages(guard, command.onMessage);
    return new GuardedProcess(guard, await reportedPid(guard, program), command.onLine);
  }

  /** Kills all guarded processes immediately. */
  static killAll(): void {
    for (const process of GuardedProcess.all) process.signal('SIGKILL');
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  /** The last lines of the process's output, for error messages. */
  get log(): string {
    return this.lines.join('\n');
  }

  /** Resolves when the output has a matching line. Rejects when the process ends first. */
  logged(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.lines.some((line) => pattern.test(line));
        if (!found && this.running) return;
        this.watchers.delete(check);
        if (found) resolve();
        else reject(new Error(this.exit?.text));
      };
      this.watchers.add(check);
      check();
    });
  }

  /**
   * Signals the process and its children, because PostgreSQL's backends keep serving when only their parent is paused.
   * After SIGSTOP it returns when all of them have stopped: on a busy machine that takes a while.
   */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.running) return;
    // The parent stops first and continues last, so that it does not fork in between: its new child would not be paused.
    if (signal === 'SIGSTOP') {
      signalAll([this.pid], signal);
      waitUntilStopped([this.pid]);
    }
    const children = childrenOf(this.pid);
    signalAll(signal === 'SIGCONT' ? [...children, this.pid] : [this.pid, ...children], signal);
    if (signal === 'SIGSTOP') waitUntilStopped(children);
  }

  /** Sends the stop signal, kills the process after the grace time, and resolves when it has exited. */
  async stop(): Promise<Exit> {
    this.guard.stdin?.end();
    return this.exited;
  }

  private async untilExit(): Promise<Exit> {
    const logEnds = once(this.guard, 'close');
    const [code, signal] = (await once(this.guard, 'exit')) as [number | null, NodeJS.Signals | null];
    // The guard itself was killed. The server must not keep running without it.
    if (signal) signalAll([...childrenOf(this.pid), this.pid], 'SIGKILL');
    // Waits for the last lines, which contain the reason. A surviving grandchild may keep the pipe open, hence the limit.
    await Promise.race([logEnds, wait(LOG_END_MILLISECONDS, undefined, { ref: false })]);
    this.exit = describeExit(code, signal);
    GuardedProcess.all.delete(this);
    for (const watcher of this.watchers) watcher();
    return this.exit;
  }
}

/** Another parent may have a channel to the process too. This message says that the launcher answers on this one. */
function answerMessages(guard: ChildProcess, answer: NonNullable<GuardedCommand['onMessage']>): void {
  // Sending fails when the process has ended, which `exited` reports.
  const send = (message: object): void => {
    if (guard.connected) guard.send(message, () => undefined);
  };
  guard.on('message', (message) => {
    void answer(message).then((reply) => reply && send(reply));
  });
  send(HELLO);
}

/** Blocks the event loop, because `pause()` is synchronous. */
function waitUntilStopped(pids: readonly number[]): void {
  const deadline = Date.now() + STOPS_WITHIN_MILLISECONDS;
  while (!pids.every(hasStopped) && Date.now() < deadline);
}

function reportedPid(guard: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause?: Error): void => {
      const why = cause ? `: ${cause.message}` : '';
      reject(new Error(`${program} could not be started through sh${why}.`, { cause }));
    };
    guard.once('error', failed);
    createInterface({ input: guard.stdout as Readable })
      .once('line', (line) => resolve(Number(line)))
      .once('close', () => failed());
  });
}

/** A shell reports a signal as exit code 128 + its number. */
function describeExit(status: number | null, guardSignal: NodeJS.Signals | null): Exit {
  const number = status !== null && status > 128 ? status - 128 : undefined;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  const signal = guardSignal ?? (name as NodeJS.Signals | undefined) ?? null;
  const text = signal ? `was killed by ${signal}` : `exited with code ${status}`;
  return { code: signal ? null : status, signal, text };
}
