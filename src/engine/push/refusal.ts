import { ErrorReply } from 'redis';

/** Whether the server does not know a command, or the user may not run it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ErrorReply && /^NOPERM|unknown (sub)?command/i.test(error.message);
}
