import { AbortError, ClientClosedError, ClientOfflineError, ErrorReply } from 'redis';
import { CrossSlotError, EngineError } from '../engine.errors.js';

/** Replies of a server that cannot handle the command, or not now. Nothing was executed. */
const WRONG_SERVER = new Set(
  'MOVED ASK TRYAGAIN CLUSTERDOWN LOADING MASTERDOWN READONLY NOREPLICAS NOAUTH EXECABORT'.split(' '),
);
/** Replies to a command that was not executed. A script may return them after earlier commands were executed. */
const NOT_EXECUTED = new Set(['OOM', 'MISCONF', 'NOPERM', 'BUSY']);

/** Maps a client's rejection to an EngineError. Error replies are not kept as the cause, because they can contain arguments. */
export function explainCallFailure(error: unknown, command: string, engine: string): unknown {
  if (error instanceof EngineError || error instanceof CrossSlotError || error instanceof TypeError)
    return error;
  if (error instanceof ErrorReply) {
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    const reply = codeOf(error);
    return new EngineError(outcome, `The engine answered ${command} with ${reply}.`, { reply });
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

/** An error that a script returned or raised. The effects of its earlier commands remain. */
class ScriptFailure extends ErrorReply {}

export function rethrowAsScriptFailure(error: unknown): never {
  throw error instanceof ErrorReply ? new ScriptFailure(error.message) : error;
}

function isRefusal(error: ErrorReply): boolean {
  const code = codeOf(error);
  return WRONG_SERVER.has(code) || (NOT_EXECUTED.has(code) && !(error instanceof ScriptFailure));
}

export function isReplyOf(code: string, error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith(code);
}

/** The error code (WRONGTYPE, OOM), or ERR: a script can return any text. */
function codeOf({ message }: ErrorReply): string {
  return /^[A-Z][A-Z_]*(?= |$)/.exec(message)?.[0] ?? 'ERR';
}

function isNeverWritten(error: unknown): boolean {
  return (
    error instanceof ClientOfflineError ||
    error instanceof ClientClosedError ||
    error instanceof AbortError ||
    (error instanceof Error && error.message.includes('queue is full'))
  );
}
