import { AbortError, ErrorReply } from 'redis';

/** The last reply is EXEC's: the list of replies, or an error because a command was rejected when it was queued. */
export function transactionReplies(replies: PromiseSettledResult<unknown>[]): unknown[] {
  const executed = replies.at(-1);
  if (executed?.status === 'fulfilled') return executed.value as unknown[];
  throw firstFailure(replies);
}

/** Error replies are returned in their places. A lost connection rejects the whole pipeline. */
export function pipelineReplies(replies: PromiseSettledResult<unknown>[]): unknown[] {
  const areAllRefused = replies.every(({ status }) => status === 'rejected');
  return replies.map((reply) => {
    if (reply.status === 'fulfilled') return reply.value;
    if (areAllRefused || !(reply.reason instanceof ErrorReply)) throw firstFailure(replies);
    return reply.reason;
  });
}

/** The cause of the failure. Aborts that follow a deadline are only its consequence. */
function firstFailure(replies: PromiseSettledResult<unknown>[]): Error {
  const reasons = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  return reasons.find((reason) => !(reason instanceof AbortError)) ?? reasons[0] ?? new Error('No reply.');
}
