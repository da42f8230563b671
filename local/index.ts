export type { EngineKind } from './engine-program.js';
export { type EngineOptions, startEngine } from './engine-server.js';
export type { Exit } from './guarded-process.js';
export type { LocalServer } from './local-server.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres-server.js';
