const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/** Records unhandled rejections and exceptions until `stop()`. */
export class StrayErrors {
  readonly errors: unknown[] = [];
  private readonly listener = (error: unknown): void => void this.errors.push(error);

  constructor() {
    for (const event of EVENTS) process.on(event, this.listener);
  }

  stop(): void {
    for (const event of EVENTS) process.off(event, this.listener);
  }
}
