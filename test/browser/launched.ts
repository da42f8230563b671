import { freePort } from '../../local/machine/free-port.js';
import { Program } from '../e2e/local/program.js';
import { createDatabase } from '../support/database.js';

/** `npm start` with a topology. It may have to build the app and the page first. */
export async function launch(topology: 'sentinel' | 'cluster') {
  const port = await freePort();
  const launcher = new Program('local/start.ts', ['--topology', topology], {
    PORT: `${port}`,
    DATABASE_URL: await createDatabase(),
    ENGINE_URL: '',
    CACHE_ENGINE_URL: '',
    DATASET_ROWS: '5000',
  });
  const close = async () => {
    launcher.process.kill('SIGTERM');
    await launcher.exited;
  };
  try {
    await launcher.says(/^ready /, 150);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${port}`, close };
}
