/** Runs tasks of the same key one after the other, in the order of their arrival. */
export class KeyedQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const running = (this.last.get(key) ?? Promise.resolve()).then(task, task);
    this.last.set(key, running);
    const cleanUp = () => this.last.get(key) === running && this.last.delete(key);
    running.then(cleanUp, cleanUp);
    return running;
  }
}
