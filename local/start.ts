import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardedProcess } from './processes/guarded-process.js';
import { describeFailure } from './launcher/command-line/failure.js';
import { launch } from './launcher/launch.js';
import { HELP, readOptions, type StartOptions, UsageError } from './launcher/command-line/options.js';
import { onNpmGone } from './launcher/orphan-watch.js';
import { Stack } from './launcher/stack.js';
import { Terminal } from './launcher/command-line/terminal.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
// npm, tsx and the terminal may each deliver the same Ctrl-C, so signals in quick succession count as one.
const SECOND_SIGNAL_AFTER_MILLISECONDS = 500;

const terminal = new Terminal(process.stdout);
const stack = new Stack(terminal);
const options = readCommand();

if (options?.help) {
  console.log(HELP);
} else if (options) {
  stopOnSignals();
  await runUntilItEnds(options);
}

function readCommand(): StartOptions | undefined {
  try {
    const file = join(ROOT, '.env');
    // Existing environment variables take precedence over the file.
    if (existsSync(file)) process.loadEnvFile(file);
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = 2;
    return undefined;
  }
}

async function runUntilItEnds(options: StartOptions): Promise<void> {
  try {
    const reason = await launch(options, { root: ROOT, stack, terminal });
    terminal.line(`${reason}. Stopping everything.`);
  } catch (error) {
    // Errors during shutdown are expected.
    if (stack.stopping) return;
    terminal.endProgress();
    console.error(`\n${describeFailure(error)}`);
  }
  await stack.stop();
  process.exit(1);
}

function stopOnSignals(): void {
  let firstSignalAt = 0;
  const stop = (): void => {
    if (!firstSignalAt) {
      firstSignalAt = Date.now();
      terminal.endProgress();
      terminal.line('Stopping. Press Ctrl-C again to stop immediately.');
      void stack.stop().finally(() => process.exit(0));
    } else if (Date.now() - firstSignalAt > SECOND_SIGNAL_AFTER_MILLISECONDS) {
      GuardedProcess.killAll();
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  onNpmGone(stop);
}
