import { AbortError, ErrorReply } from 'redis';

/** The last is EXEC's: a list, or an error because a command was refused when it was queued. */
export function transactionReplies(replies: PromiseSettledResult<unknown>[]): unknown[] {
  const executed = replies.at(-1);
  if (executed?.status === 'fulfilled') return executed.value as unknown[];
  throw firstFailure(replies);
}

/** Error replies stand among the others. A connection that was lost has no replies to show. */
export function pipelineReplies(replies: PromiseSettledResult<unknown>[]): unknown[] {
  const areAllRefused = replies.every(({ status }) => status === 'rejected');
  return replies.map((reply) => {
    if (reply.status === 'fulfilled') return reply.value;
    if (areAllRefused || !(reply.reason instanceof ErrorReply)) throw firstFailure(replies);
    return reply.reason;
  });
}

/** Why it failed: EXECABORT and the aborts that follow a deadline only say that it did. */
function firstFailure(replies: PromiseSettledResult<unknown>[]): Error {
  const reasons = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  return reasons.find((reason) => !(reason instanceof AbortError)) ?? reasons[0] ?? new Error('No reply.');
}
