export { SessionGuard, SignedInGuard, SignedInOnly, WithSession } from './session.guard.js';
export { sessionChannel } from './sessions.channel.js';
export { SessionError } from './sessions.errors.js';
export type { SessionErrorCode } from './sessions.errors.js';
export { SessionsModule } from './sessions.module.js';
export type { SessionsOptions } from './sessions.options.js';
export { SessionsService } from './sessions.service.js';
export type { Identity } from './sessions.service.js';
export type { CurrentSession, SessionEvent } from './sessions.wire.js';
