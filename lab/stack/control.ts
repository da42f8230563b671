import { mainThreadMsOf } from './processor-time.js';

/** How often a constant is read from each node. A node that needs longer than this stands still. */
const EVERY_MS = 100;
/** Nothing is excused for longer. */
const LONGEST_FACTOR = 5;
/** A node that used the processor for this share of the time was busy itself. The machine did not starve it. */
const COMPUTING_SHARE = 0.8;
/** If the machine stands still for more of the time, the run shows nothing. */
const MOST_STANDSTILL = 0.5;

interface ControlledNode {
  readonly url: string;
  readonly pid: number;
}

/** A read that has no answer yet. */
interface Waiting {
  readonly since: number;
  /** Processor time of the node until then. */
  readonly computedMs: number;
}

/** From when to when the machine stood still, as of `performance.now()`. */
interface Standstill {
  readonly from: number;
  to: number;
}

/**
 * The control of the experiment: a constant (`GET /health/live`), read from each app node all the time. While a node does not answer it
 * within 100 ms, or this process gets no turn, the machine is too busy to show anything, and the clock of the lab stands still.
 *
 * A node that computes all the time does not answer either. Its processor time shows that, and it is no excuse.
 */
export class Control {
  /** Most processor time that a node used while the constant waited for its answer. 0 where the system does not show it. */
  longestBlockSeconds = 0;
  private readonly standstills: Standstill[] = [];
  private readonly waiting = new Map<string, Waiting>();
  private tickedAt = performance.now();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param nodes those that serve now
   * @param computedMsOf the processor time of a process so far, in milliseconds
   */
  constructor(
    private readonly nodes: () => readonly ControlledNode[],
    private readonly computedMsOf = mainThreadMsOf,
  ) {}

  start(): void {
    this.tickedAt = performance.now();
    this.timer ??= setInterval(() => this.tick(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Milliseconds between two moments, without the time in which the machine stood still. */
  elapsed(from: number, to = performance.now()): number {
    // This process may itself come from a pause, in which no tick was due.
    if (this.timer && to > this.tickedAt + 2 * EVERY_MS) this.account(to, true);
    const overlaps = this.standstills.map((one) => Math.min(to, one.to) - Math.max(from, one.from));
    return to - from - overlaps.reduce((sum, overlap) => sum + Math.max(0, overlap), 0);
  }

  /** Seconds in which the machine stood still. */
  get standstillSeconds(): number {
    return this.standstills.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;
  }

  /** @throws if the machine stood still for most of the time since this moment */
  throwIfTooBusy(since: number): void {
    const now = performance.now();
    const seconds = (now - since) / 1000;
    const standstillSeconds = seconds - this.elapsed(since, now) / 1000;
    if (standstillSeconds < MOST_STANDSTILL * seconds) return;
    throw tooBusy(`App nodes got no turn in ${standstillSeconds.toFixed(0)} of ${seconds.toFixed(0)} s`);
  }

  /** A signal that aborts after this time, by the clock of the lab. */
  timeout(ms: number): { readonly signal: AbortSignal; end(): void } {
    const controller = new AbortController();
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const check = (): void => {
      const now = performance.now();
      const left = Math.min(ms - this.elapsed(startedAt, now), startedAt + LONGEST_FACTOR * ms - now);
      if (left > 0) timer = setTimeout(check, Math.ceil(left));
      else controller.abort();
    };
    check();
    return { signal: controller.signal, end: () => clearTimeout(timer) };
  }

  private tick(): void {
    const now = performance.now();
    const nodes = this.nodes();
    const isLate = nodes.some((node) => this.isStarved(node, now));
    this.account(now, isLate || now > this.tickedAt + 2 * EVERY_MS);
    for (const node of nodes) if (!this.waiting.has(node.url)) void this.read(node);
  }

  /** Whether the node is silent without using the processor. */
  private isStarved({ url, pid }: ControlledNode, now: number): boolean {
    const read = this.waiting.get(url);
    return (
      read !== undefined && this.computedMsOf(pid) - read.computedMs < COMPUTING_SHARE * (now - read.since)
    );
  }

  private account(now: number, isStill: boolean): void {
    const last = this.standstills.at(-1);
    if (isStill && last?.to === this.tickedAt) last.to = now;
    else if (isStill) this.standstills.push({ from: this.tickedAt, to: now });
    this.tickedAt = now;
  }

  private async read({ url, pid }: ControlledNode): Promise<void> {
    const computedMs = this.computedMsOf(pid);
    this.waiting.set(url, { since: performance.now(), computedMs });
    // A node that has ended refuses at once.
    await fetch(`${url}/health/live`).then(
      (response) => response.text(),
      () => undefined,
    );
    this.waiting.delete(url);
    this.longestBlockSeconds = Math.max(
      this.longestBlockSeconds,
      (this.computedMsOf(pid) - computedMs) / 1000,
    );
  }
}

export function tooBusy(what: string): Error {
  return new Error(`${what}: this machine is too busy. Stop other programs, and run it again.`);
}
