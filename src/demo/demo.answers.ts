import { z } from 'zod';
import type { ArenaSeason, ArenaState, Lead } from './arena/arena.wire.js';
import type { CrowdRank, CrowdState } from './crowd/crowd.wire.js';
import type { ClusterChange, Server } from './servers/servers.wire.js';
import type { Weather } from './weather/weather.service.js';

const load = z.object({
  state: z.enum(['running', 'ended', 'cancelled', 'failed']),
  from: z.int(),
  players: z.int(),
  target: z.int(),
  elapsedMs: z.number(),
  problem: z.string().nullable(),
});

/** The answers of the demo's routes, for OpenAPI. */
export const arenaAnswer = z.object({
  board: z.string(),
  scoresPerSecond: z.int(),
  highest: z.int(),
  usual: z.int(),
  chosenUntil: z.iso.datetime().nullable(),
  isWatched: z.boolean(),
}) satisfies z.ZodType<ArenaState>;
export const arenaSeasonAnswer = z.object({ season: z.string() }) satisfies z.ZodType<ArenaSeason>;
export const leadAnswer = z.object({
  playerId: z.string(),
  score: z.int(),
  rank: z.int().nullable(),
}) satisfies z.ZodType<Lead>;
export const crowdAnswer = z.object({
  board: z.string(),
  players: z.int(),
  largest: z.int(),
  load: load.nullable(),
}) satisfies z.ZodType<CrowdState>;
export const crowdRankAnswer = z.object({
  by: z.enum(['sql', 'sorted-set']),
  playerId: z.string(),
  rank: z.int().nullable(),
  score: z.int(),
}) satisfies z.ZodType<CrowdRank>;
export const serverAnswer = z.object({
  name: z.string(),
  kind: z.enum(['redis', 'valkey', 'memcached', 'postgres', 'app']),
  version: z.string(),
  address: z.string(),
  isEncrypted: z.boolean(),
  state: z.enum(['starting', 'running', 'paused', 'stopped']),
  role: z.enum(['primary', 'replica', 'sentinel']).nullable(),
  slots: z.int().nullable(),
  usage: z.object({ commandsPerSecond: z.int(), memoryBytes: z.int() }).nullable(),
  zone: z.enum(['a', 'b', 'c']).nullable(),
}) satisfies z.ZodType<Server>;
export const serversAnswer = z.array(serverAnswer);
export const clusterAnswer = z.object({ shard: z.string() }) satisfies z.ZodType<ClusterChange>;
export const weatherAnswer = z.object({
  airport: z.string(),
  city: z.string().nullable(),
  date: z.string(),
  temperatureCelsius: z.number(),
  windKph: z.number(),
  sky: z.enum(['clear', 'cloudy', 'rain', 'storm']),
}) satisfies z.ZodType<Weather>;
export const accountAnswer = z.object({ accountId: z.string(), username: z.string() });
