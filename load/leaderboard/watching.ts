import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Scene } from '../scenario.js';
import type { Audience, Heard } from './audience.js';

export interface Watched extends Omit<Audience, 'url'> {
  /** Lets scores change for this time. */
  readonly change: (seconds: number) => Promise<void>;
  readonly warmUp: number;
  readonly seconds: number;
}

export interface Seen {
  readonly heard: Heard;
  /** Cores that the app used. */
  readonly cores: number;
}

/** Lets viewers in a process of their own watch while scores change. */
export async function watch(scene: Scene, watched: Watched): Promise<Seen> {
  const { change, warmUp, seconds, ...audience } = watched;
  scene.say(`${audience.viewers} viewers of the ${audience.side} connect`);
  const child = fork(fileURLToPath(new URL('viewers.process.ts', import.meta.url)), [
    JSON.stringify({ ...audience, url: scene.app.url } satisfies Audience),
  ]);
  const stop = () => child.kill();
  scene.signal.addEventListener('abort', stop);
  try {
    await hear(child, scene);
    scene.say(`${audience.side}: ${warmUp} s untimed, then ${seconds} s`);
    await change(warmUp);
    child.send('count');
    const before = await scene.app.processorMs();
    await change(seconds);
    const cores = ((await scene.app.processorMs()) - before) / 1_000 / seconds;
    child.send('report');
    const heard = (await hear(child, scene)) as Heard;
    if (heard.behind > 0)
      throw new Error(
        `${heard.behind} viewers fell behind or were disconnected, so the figures are not valid.`,
      );
    return { heard, cores };
  } finally {
    scene.signal.removeEventListener('abort', stop);
    child.kill();
  }
}

async function hear(child: ChildProcess, { signal }: Scene): Promise<unknown> {
  const gone = once(child, 'exit').then(() => {
    throw new Error('The process of the viewers ended. The lines above give the reason.');
  });
  const [message] = (await Promise.race([once(child, 'message', { signal }), gone])) as [unknown];
  return message;
}
