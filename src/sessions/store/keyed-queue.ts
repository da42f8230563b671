/** Lets tasks of one name run one after the other, in the order they came. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  take<T>(name: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(name) ?? Promise.resolve()).then(task, task);
    this.last.set(name, turn);
    const leave = () => this.last.get(name) === turn && this.last.delete(name);
    turn.then(leave, leave);
    return turn;
  }
}
