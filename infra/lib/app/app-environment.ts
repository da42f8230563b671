import { APP_PORT } from '../network.js';

/** Where infra/Dockerfile puts the certificate authorities of RDS. */
export const RDS_AUTHORITIES = '/etc/ssl/certs/rds-global-bundle.pem';

/** The load balancer stops sending within this time after ECS has deregistered the task. */
const SHUTDOWN_DELAY_SECONDS = 15;
/** The app drains for up to 10 s after the delay. */
export const STOP_TIMEOUT_SECONDS = SHUTDOWN_DELAY_SECONDS + 15;

export interface AppAddresses {
  database: { host: string; port: string; user: string; name: string };
  sessionsUrl: string;
  boardsUrl: string;
  queriesUrl: string;
}

/** The settings of the app that are not secret. test/environment.spec.ts reads them with the app's own schema. */
export function appEnvironment({
  database,
  sessionsUrl,
  boardsUrl,
  queriesUrl,
}: AppAddresses): Record<string, string> {
  const { host, port, user, name } = database;
  return {
    HOST: '0.0.0.0',
    PORT: String(APP_PORT),
    DEMO: 'false',
    // The password is in PGPASSWORD, which the driver reads.
    DATABASE_URL: `postgres://${user}@${host}:${port}/${name}?sslmode=verify-full&sslrootcert=${RDS_AUTHORITIES}`,
    ENGINE_URL: sessionsUrl,
    LEADERBOARD_ENGINE_URL: boardsUrl,
    CACHE_ENGINE_URL: queriesUrl,
    // One proxy, the load balancer, sets X-Forwarded-For and -Proto.
    TRUST_PROXY: '1',
    SHUTDOWN_DELAY_SECONDS: String(SHUTDOWN_DELAY_SECONDS),
  };
}
