export {
  RecentlySignedIn,
  SessionGuard,
  SignedInGuard,
  SignedInOnly,
  WithSession,
} from './api/session.guard.js';
export { currentSessionAnswer, revokedAnswer } from './api/sessions.answers.js';
export { SessionsService } from './request/sessions.service.js';
export type { Identity } from './request/sign-in.service.js';
export type { SignedInSession } from './request/session-responses.js';
export { sessionChannel } from './sessions.channel.js';
export { SessionError } from './sessions.errors.js';
export type { SessionErrorCode } from './sessions.errors.js';
export { SessionsModule } from './sessions.module.js';
export { keepAccountFields } from './sessions.options.js';
export type { MergeGuest, SessionsOptions, SessionsStoreOptions } from './sessions.options.js';
export { SessionsStore } from './store/sessions.store.js';
export type { SessionDraft, SessionUpdate } from './store/session-saves.js';
export type {
  CurrentSession,
  DeviceSession,
  SessionDataAnswer,
  SessionEnd,
  SessionEvent,
  SessionSocketEvents,
  SocketEnd,
  StoredSession,
} from './sessions.wire.js';
