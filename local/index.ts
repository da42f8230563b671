export type { EngineKind } from './engine-program.js';
export type { EngineOptions } from './engine-home.js';
export { startEngine } from './engine-server.js';
export type { Exit } from './guarded-process.js';
export type { LocalServer } from './local-server.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres-server.js';
export type { LocalEngine } from './redis-node.js';
export type { Reply } from './resp.js';
export type { TlsFiles, TlsOptions } from './tls-files.js';
