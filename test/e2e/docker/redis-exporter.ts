import { freePort } from '../../../local/machine/free-port.js';
import { GuardedProcess } from '../../../local/processes/guarded-process.js';
import { lackOf } from './programs.js';

/** Its name in Debian. */
const PROGRAM = 'prometheus-redis-exporter';

/** Why tests with the exporter are skipped; undefined if they are not. */
export const EXPORTER_LACKS = lackOf(PROGRAM);

export interface Exporter {
  /** Host and port. */
  target: string;
  stop(): Promise<unknown>;
}

/** The exporter of docker-compose.yml. */
export async function startExporter(engine: { port: number }): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const args = ['-redis.addr', `redis://127.0.0.1:${engine.port}`, '-web.listen-address', target];
  const exporter = await GuardedProcess.start({ program: PROGRAM, args, graceSeconds: 5 });
  return { target, stop: () => exporter.stop() };
}
