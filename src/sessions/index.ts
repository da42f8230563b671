export { SessionGuard, SignedInGuard, SignedInOnly, WithSession } from './session.guard.js';
export { sessionChannel } from './sessions.channel.js';
export { SessionError } from './sessions.errors.js';
export type { SessionErrorCode } from './sessions.errors.js';
export { SessionsModule } from './sessions.module.js';
export type { SessionsOptions, SessionsStoreOptions } from './sessions.options.js';
export { SessionsService } from './sessions.service.js';
export type { SessionDraft, SessionUpdate } from './session-saves.js';
export type { Identity, SignedInSession } from './sessions.service.js';
export { SessionsStore } from './sessions.store.js';
export type {
  CurrentSession,
  DeviceSession,
  SessionEnd,
  SessionEvent,
  SessionSocketEvents,
  SocketEnd,
} from './sessions.wire.js';
