import { Module } from '@nestjs/common';
// #region plain-cache
import { CacheManagerModule } from './cache-manager/index.js';
// #endregion
import type { Environment as Config } from './config/config.schema.js';
import { CONFIG, ConfigModule, engineAddresses } from './config/index.js';
import { DatabaseModule } from './database/index.js';
import { EngineModule, Engines } from './engine/index.js';
// #region leaderboard
import { PodiumController } from './examples/podium.controller.js';
// #endregion
// #region query-cache
import { SeriesController } from './examples/series.controller.js';
// #endregion
// #region plain-cache
import { ServerController } from './examples/server.controller.js';
// #endregion
// #region sessions
import { VisitsController } from './examples/visits.controller.js';
// #endregion
// #region query-cache
import { Drain } from './http/index.js';
// #endregion
import { type ApiTitle, HttpModule } from './http/index.js';
// #region leaderboard
import { LeaderboardModule } from './leaderboard/index.js';
// #endregion
// #region query-cache
import { QueryCacheModule } from './query-cache/index.js';
// #endregion
// #region sessions
import { SessionsModule } from './sessions/index.js';
// #endregion
// #region query-cache
import { activeTraceId } from './telemetry/index.js';
// #endregion
import { TelemetryModule } from './telemetry/index.js';
// #region leaderboard
import { BoardMetrics } from './telemetry/subscribers/board-metrics.js';
// #endregion
// #region query-cache
import { LookupMetrics } from './telemetry/subscribers/lookup-metrics.js';
import { LookupSpans } from './telemetry/subscribers/lookup-spans.js';
// #endregion
// #region sessions
import { SessionMetrics } from './telemetry/subscribers/session-metrics.js';
// #endregion

/** The title of the API at `/docs`. */
export const API: ApiTitle = { title: 'my-service', description: 'What this service offers.' };

const DATABASE_CONNECTIONS = 10;
// #region query-cache
/** Connections that the loads of the query cache leave to everything else. */
const CONNECTIONS_KEPT_FREE = 4;
// #endregion

/** The map of the service, lowest modules first. Only here do settings become the modules' options. */
@Module({
  imports: [
    ConfigModule,

    // Before the modules that answer their own errors: Nest tries the last registered filter first.
    HttpModule.forRootAsync({
      inject: [CONFIG],
      useFactory: (config: Config) => ({
        operatorKeys: config.OPERATOR_KEY,
        operatorsNeedNoKey: config.DEMO,
        trustProxy: config.TRUST_PROXY,
        allowedOrigins: config.ALLOWED_ORIGINS,
        shutdownDelayMs: config.SHUTDOWN_DELAY_SECONDS * 1000,
        keepAliveMs: config.KEEP_ALIVE_SECONDS * 1000,
      }),
    }),

    EngineModule.forRootAsync({
      inject: [CONFIG],
      useFactory: (config: Config) => ({
        roles: engineAddresses(config),
        deadlineMs: config.ENGINE_DEADLINE_MS,
      }),
    }),

    DatabaseModule.forRootAsync({
      inject: [CONFIG],
      useFactory: (config: Config) => ({ url: config.DATABASE_URL, connections: DATABASE_CONNECTIONS }),
    }),

    // #region sessions
    SessionsModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.redisFor('sessions'),
        keyPrefix: config.KEY_PREFIX,
        secrets: config.SESSION_SECRETS,
        sealingKeys: config.SESSION_SEALING_KEYS,
        idleSeconds: config.SESSION_IDLE_SECONDS,
        absoluteSeconds: config.SESSION_ABSOLUTE_SECONDS,
        rememberedIdleSeconds: config.SESSION_REMEMBERED_IDLE_SECONDS,
        rememberedAbsoluteSeconds: config.SESSION_REMEMBERED_ABSOLUTE_SECONDS,
        guestIdleSeconds: config.GUEST_IDLE_SECONDS,
        guestsPerAddress: config.GUESTS_PER_ADDRESS,
        perAccount: config.SESSIONS_PER_ACCOUNT,
        cookieSecure: config.COOKIE_SECURE,
        cookieName: config.COOKIE_NAME,
        cookieDomain: config.COOKIE_DOMAIN,
        cookieSameSite: config.COOKIE_SAME_SITE,
      }),
    }),

    // #endregion
    // #region query-cache
    QueryCacheModule.forRootAsync({
      inject: [CONFIG, Engines, Drain],
      useFactory: (config: Config, engines: Engines, drain: Drain) => ({
        engine: engines.for('cache'),
        keyPrefix: config.KEY_PREFIX,
        concurrentLoads: DATABASE_CONNECTIONS - CONNECTIONS_KEPT_FREE,
        traceId: activeTraceId,
        isStopping: () => drain.isLeaving,
      }),
    }),

    // #endregion
    // #region plain-cache
    CacheManagerModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.for('cache'),
        keyPrefix: config.KEY_PREFIX,
      }),
    }),

    // #endregion
    // #region leaderboard
    LeaderboardModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.redisFor('leaderboard'),
        keyPrefix: config.KEY_PREFIX,
        gameServerKeys: config.GAME_SERVER_KEY,
        submissionRetentionDays: config.SUBMISSION_RETENTION_DAYS,
        kept: {
          days: config.BOARD_DAYS_KEPT,
          weeks: config.BOARD_WEEKS_KEPT,
          months: config.BOARD_MONTHS_KEPT,
        },
      }),
    }),

    // #endregion
    TelemetryModule.forRootAsync({
      subscribers: [
        // One or two for each module that publishes what it does.
        // #region leaderboard
        BoardMetrics,
        // #endregion
        // #region query-cache
        LookupMetrics,
        LookupSpans,
        // #endregion
        // #region sessions
        SessionMetrics,
        // #endregion
      ],
      inject: [CONFIG],
      useFactory: (config: Config) => ({
        serviceName: 'my-service',
        otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      }),
    }),
  ],
  controllers: [
    // Examples. Replace them with your own.
    // #region leaderboard
    PodiumController,
    // #endregion
    // #region query-cache
    SeriesController,
    // #endregion
    // #region plain-cache
    ServerController,
    // #endregion
    // #region sessions
    VisitsController,
    // #endregion
  ],
})
export class AppModule {}
