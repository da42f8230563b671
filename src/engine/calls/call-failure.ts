import { AbortError, ClientClosedError, ClientOfflineError, ErrorReply, MultiErrorReply } from 'redis';
import { CrossSlotError, EngineError } from '../engine.errors.js';

/** Replies of a server that is not the one to ask, or not now. They come before anything is executed. */
const NOT_HERE = new Set(
  'MOVED ASK TRYAGAIN CLUSTERDOWN LOADING MASTERDOWN READONLY NOREPLICAS NOAUTH EXECABORT'.split(' '),
);
/** Replies to a command that was not executed. A script may answer so after others that were. */
const NOT_EXECUTED = new Set(['OOM', 'MISCONF', 'NOPERM', 'BUSY']);

/** What is known of a call that did not succeed. Never carries what was sent: error replies repeat arguments. */
export function explainCallFailure(error: unknown, command: string, engine: string): unknown {
  if (error instanceof EngineError || error instanceof CrossSlotError || error instanceof TypeError)
    return error;
  if (error instanceof ErrorReply) {
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    // Without the reply as its cause, which may repeat keys and values.
    return new EngineError(outcome, `The engine answered ${command} with ${codeOf(error)}.`);
  }
  if (isNeverWritten(error)) {
    return new EngineError('refused', `${engine} is not connected, so ${command} was not sent.`, {
      cause: error,
    });
  }
  return new EngineError('unknown', `The connection was lost before ${command} was answered.`, {
    cause: error,
  });
}

/** An error that a script answers with, or raises: what it did before stays done. */
class ScriptFailure extends ErrorReply {}

export function rethrowAsScriptFailure(error: unknown): never {
  throw error instanceof ErrorReply ? new ScriptFailure(error.message) : error;
}

/** Of several commands in one batch, all must have been refused. */
function isRefusal(error: ErrorReply): boolean {
  if (error instanceof MultiErrorReply) {
    return error.replies.every((reply: unknown) => reply instanceof ErrorReply && isRefusal(reply));
  }
  const code = codeOf(error);
  return NOT_HERE.has(code) || (NOT_EXECUTED.has(code) && !(error instanceof ScriptFailure));
}

export function isReplyOf(code: string, error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith(code);
}

/**
 * The first word of an error, if it is a code (WRONGTYPE, OOM, ...): a script may answer with anything. Of a batch it is that
 * of the first reply that failed.
 */
function codeOf(error: ErrorReply): string {
  const first = error instanceof MultiErrorReply ? error.replies[error.errorIndexes[0] ?? 0] : error;
  return /^[A-Z][A-Z_]*(?= |$)/.exec(first instanceof Error ? first.message : '')?.[0] ?? 'ERR';
}

function isNeverWritten(error: unknown): boolean {
  return (
    error instanceof ClientOfflineError ||
    error instanceof ClientClosedError ||
    error instanceof AbortError ||
    (error instanceof Error && error.message.includes('queue is full'))
  );
}
