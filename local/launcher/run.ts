import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GuardedProcess } from '../processes/guarded-process.js';
import { describeFailure } from './command-line/failure.js';
import { HELP, readOptions, type StartOptions, UsageError } from './command-line/options.js';
import { Terminal } from './command-line/terminal.js';
import { launch } from './launch.js';
import { onNpmGone } from './orphan-watch.js';
import type { Dataset, Project } from './project.js';
import { Stack } from './stack.js';

// npm, tsx and the terminal may each deliver the same Ctrl-C, so signals in quick succession count as one.
const SECOND_SIGNAL_AFTER_MILLISECONDS = 500;

/** `npm start`: reads the command line, starts everything, and stops it on Ctrl-C. */
export async function run(project: Project): Promise<void> {
  const command = readCommand(project);
  if (!command) return;
  if (command.options.help) {
    console.log([HELP, project.dataset?.help].filter(Boolean).join('\n'));
    return;
  }
  const terminal = new Terminal(process.stdout);
  const stack = new Stack(terminal);
  stopOnSignals(stack, terminal);
  try {
    const reason = await launch(command.options, { ...project, dataset: command.dataset, stack, terminal });
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

function readCommand({ root, dataset }: Project): { options: StartOptions; dataset?: Dataset } | undefined {
  try {
    const file = join(root, '.env');
    // Existing environment variables take precedence over the file.
    if (existsSync(file)) process.loadEnvFile(file);
    const options = readOptions(process.argv.slice(2), process.env);
    return dataset ? { options, dataset: dataset.read(process.env) } : { options };
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = 2;
    return undefined;
  }
}

function stopOnSignals(stack: Stack, terminal: Terminal): void {
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
