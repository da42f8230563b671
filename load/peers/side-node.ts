import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROGRAMS } from './build.js';
import type { Message, Question, Questions, Reply } from './protocol.js';
import type { Side } from './sides.js';

type Replies = Map<number, (reply: Reply) => void>;

/** A process that runs one node of a side. */
export class SideNode {
  private readonly replies: Replies = new Map();
  private count = 0;

  private constructor(
    readonly side: Side,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (reply: Reply) => this.replies.get(reply.number)?.(reply));
    child.on('exit', () => {
      for (const resolve of this.replies.values())
        resolve({ number: 0, error: `${side.name}: the process ended.` });
    });
  }

  /** Resolves when it listens. */
  static async start(side: Side, engineUrl: string): Promise<SideNode> {
    const child = fork(join(PROGRAMS, 'node.process.js'), [side.file, engineUrl], {
      // Those of this process load tsx.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exit = once(child, 'exit').then((): never => {
      throw new Error(`${side.name} did not start. See its output above.`);
    });
    const [port] = (await Promise.race([once(child, 'message'), exit])) as [number];
    exit.catch(() => undefined);
    return new SideNode(side, port, child);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ask<Q extends Question>(
    question: Q,
    ...[argument]: Parameters<Questions[Q]>
  ): Promise<ReturnType<Questions[Q]>> {
    if (!this.child.connected) throw new Error(`${this.side.name}: the process ended. See its output above.`);
    const number = ++this.count;
    const reply = new Promise<Reply>((resolve) => this.replies.set(number, resolve));
    this.child.send({ number, question, argument } satisfies Message);
    const { value, error } = await reply;
    this.replies.delete(number);
    if (error !== undefined) throw new Error(`${this.side.name}: ${question} failed: ${error}`);
    return value as ReturnType<Questions[Q]>;
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await exited;
  }
}

/** Starts nodes and passes them on. Stops all of them at the end, also after an error. */
export async function withNodes<T>(
  sides: readonly Side[],
  engineUrl: string,
  use: (nodes: SideNode[]) => Promise<T>,
): Promise<T> {
  const started = await Promise.allSettled(sides.map((side) => SideNode.start(side, engineUrl)));
  const nodes = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    return await use(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}
