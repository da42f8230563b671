import { type DynamicModule, Module } from '@nestjs/common';
import { CacheManagerModule } from './cache-manager/index.js';
import { CONFIG, type Config, ConfigModule, engineAddresses } from './config/index.js';
import { DatabaseModule } from './database/index.js';
import { AccountsModule } from './demo/accounts/accounts.module.js';
import { ArenaModule } from './demo/arena/arena.module.js';
import { ConsoleModule } from './demo/console/console.module.js';
import { CrowdModule } from './demo/crowd/crowd.module.js';
import { FlightsModule } from './demo/flights/flights.module.js';
import { ServersModule } from './demo/servers/servers.module.js';
import { WeatherModule } from './demo/weather/weather.module.js';
import { EngineModule, Engines } from './engine/index.js';
import { type ApiTitle, Drain, HttpModule } from './http/index.js';
import { LeaderboardModule } from './leaderboard/index.js';
import { QueryCacheModule } from './query-cache/index.js';
import { SessionsModule } from './sessions/index.js';
import { activeTraceId, TelemetryModule } from './telemetry/index.js';
import { BoardMetrics } from './telemetry/subscribers/board-metrics.js';
import { LookupMetrics } from './telemetry/subscribers/lookup-metrics.js';
import { LookupSpans } from './telemetry/subscribers/lookup-spans.js';
import { SessionMetrics } from './telemetry/subscribers/session-metrics.js';
import { TextbookModule } from './textbook/index.js';

/** The title of the API at `/docs`. */
export const API: ApiTitle = {
  title: 'In-memory caching on NestJS',
  description: 'Sessions, a query cache and a live leaderboard on Redis, Valkey and Memcached.',
};

const KEY_PREFIX = 'caching';
const DATABASE_CONNECTIONS = 10;
/** Connections that the loads of the query cache leave to accounts and scores. */
const CONNECTIONS_KEPT_FREE = 4;

/** A lookup queries the database sooner than a call to the engine times out. */
const SHARE_OF_DEADLINE_TO_WAIT = 0.25;

const textbook = TextbookModule.forRootAsync({
  inject: [CONFIG],
  useFactory: (config: Config) => ({
    engines: engineAddresses(config),
    keyPrefix: `${KEY_PREFIX}:textbook`,
    sessionSecrets: config.SESSION_SECRETS,
    database: { url: config.DATABASE_URL, connections: DATABASE_CONNECTIONS },
  }),
});

/** The map of the application, lowest modules first. Only here do settings become the modules' options. */
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

    SessionsModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.redisFor('sessions'),
        keyPrefix: KEY_PREFIX,
        secrets: config.SESSION_SECRETS,
        sealingKeys: config.SESSION_SEALING_KEYS,
        idleSeconds: config.SESSION_IDLE_SECONDS,
        absoluteSeconds: config.SESSION_ABSOLUTE_SECONDS,
        perAccount: config.SESSIONS_PER_ACCOUNT,
        rememberedIdleSeconds: config.SESSION_REMEMBERED_IDLE_SECONDS,
        rememberedAbsoluteSeconds: config.SESSION_REMEMBERED_ABSOLUTE_SECONDS,
        guestIdleSeconds: config.GUEST_IDLE_SECONDS,
        guestsPerAddress: config.GUESTS_PER_ADDRESS,
        cookieSecure: config.COOKIE_SECURE,
        cookieName: config.COOKIE_NAME,
        cookieDomain: config.COOKIE_DOMAIN,
        cookieSameSite: config.COOKIE_SAME_SITE,
      }),
    }),

    QueryCacheModule.forRootAsync({
      inject: [CONFIG, Engines, Drain],
      useFactory: (config: Config, engines: Engines, drain: Drain) => ({
        engine: engines.for('cache'),
        keyPrefix: KEY_PREFIX,
        concurrentLoads: DATABASE_CONNECTIONS - CONNECTIONS_KEPT_FREE,
        engineSoftTimeoutMs: config.ENGINE_DEADLINE_MS * SHARE_OF_DEADLINE_TO_WAIT,
        traceId: activeTraceId,
        isStopping: () => drain.isLeaving,
      }),
    }),

    CacheManagerModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.for('cache'),
        keyPrefix: KEY_PREFIX,
        softTimeoutMs: config.ENGINE_DEADLINE_MS * SHARE_OF_DEADLINE_TO_WAIT,
      }),
    }),

    LeaderboardModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.redisFor('leaderboard'),
        keyPrefix: KEY_PREFIX,
        gameServerKeys: config.GAME_SERVER_KEY,
        submissionRetentionDays: config.SUBMISSION_RETENTION_DAYS,
        kept: {
          days: config.BOARD_DAYS_KEPT,
          weeks: config.BOARD_WEEKS_KEPT,
          months: config.BOARD_MONTHS_KEPT,
        },
      }),
    }),

    TelemetryModule.forRootAsync({
      subscribers: [BoardMetrics, LookupMetrics, LookupSpans, SessionMetrics],
      inject: [CONFIG],
      useFactory: (config: Config) => ({
        serviceName: 'in-memory-caching',
        otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      }),
    }),

    AccountsModule.forRootAsync({
      inject: [CONFIG, Engines],
      useFactory: (config: Config, engines: Engines) => ({
        engine: engines.redisFor('sessions'),
        keyPrefix: KEY_PREFIX,
        failuresPerAccount: config.SIGN_IN_FAILURES_PER_ACCOUNT,
        failuresPerAddress: config.SIGN_IN_FAILURES_PER_ADDRESS,
        signUpsPerAddress: config.SIGN_UPS_PER_ADDRESS,
        withDemoAccounts: config.DEMO,
      }),
    }),

    FlightsModule,

    WeatherModule,

    ConsoleModule,

    ServersModule.forRootAsync({
      inject: [CONFIG],
      useFactory: (config: Config) => ({ enabled: config.DEMO }),
    }),
  ],
})
export class AppModule {
  /** The application, in a demo with the textbook side to compare it with, and with simulated players. */
  static for({ DEMO }: Config): DynamicModule {
    return { module: AppModule, imports: DEMO ? [textbook, ArenaModule, CrowdModule] : [] };
  }
}
