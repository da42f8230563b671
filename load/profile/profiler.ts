import { once } from 'node:events';
import { Session } from 'node:inspector/promises';
import { WebSocket } from 'ws';

/** What `Profiler.stop` of the inspector returns: the content of a `.cpuprofile` file. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** Takes CPU profiles of one process, one after the other. */
export interface Profiler {
  start(): Promise<void>;
  stop(): Promise<CpuProfile>;
  close(): void;
}

/** Profiles this process. */
export async function ownProfiler(): Promise<Profiler> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  return {
    start: () => session.post('Profiler.start'),
    stop: async () => (await session.post('Profiler.stop')).profile as CpuProfile,
    close: () => session.disconnect(),
  };
}

/** Profiles another process. Its inspector has printed this URL. */
export async function profilerAt(url: string): Promise<Profiler> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let id = 0;
  /** One at a time. Only answers arrive, because only the profiler is enabled. */
  const post = async (method: string): Promise<unknown> => {
    const answer = once(socket, 'message') as Promise<[Buffer]>;
    const closed = once(socket, 'close').then((): never => {
      throw new Error('The profiled process has closed its inspector.');
    });
    socket.send(JSON.stringify({ id: ++id, method }));
    const [message] = await Promise.race([answer, closed]);
    return (JSON.parse(message.toString()) as { result: unknown }).result;
  };
  await post('Profiler.enable');
  return {
    start: async () => void (await post('Profiler.start')),
    stop: async () => ((await post('Profiler.stop')) as { profile: CpuProfile }).profile,
    close: () => socket.close(),
  };
}
