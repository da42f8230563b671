export { engineAddressOf } from './address/client-address.js';
export { describeAddress, type EngineAddress, EngineUrlError } from './address/engine-address.js';
export { readTlsFiles } from './address/engine-tls.js';
export { parseEngineUrl } from './address/engine-url.js';
export { optionalCommand, requiredCommands, type RoleCommand } from './capabilities/command-use.js';
export { checkPasswordFiles } from './credentials/password-file.js';
export type { BinaryClient, Command, CommandClient, ReplyOptions } from './commands/command-client.js';
export { defineScript, type EngineScript, readScript } from './commands/engine-script.js';
export { createLibraryClient } from './commands/library-client.js';
export { type OwnKeys, replaceForeign } from './commands/replace-foreign.js';
export { engineStateChannel } from './engine.channel.js';
export {
  CrossSlotError,
  type EngineCallOutcome,
  EngineError,
  EngineMismatchError,
  ignoreEngineError,
} from './engine.errors.js';
export { engineOption, redisEngineOption } from './engine-option.js';
export { EngineErrorFilter } from './engine-error.filter.js';
export { EngineModule } from './engine.module.js';
export type { EngineOptions } from './engine.options.js';
export type {
  EngineFacts,
  EngineKind,
  EngineReport,
  EngineState,
  EngineTopology,
  MissingCommand,
} from './engine.wire.js';
export { type Engine, Engines } from './engines.js';
export { MemcachedEngine } from './memcached/memcached-engine.js';
export type { InvalidationFeed, InvalidationListener } from './push/invalidations.js';
export type { Subscriber } from './push/subscriptions.js';
export { spreadHashTags } from './topology/key-slot.js';
export { RedisEngine } from './redis-engine.js';
