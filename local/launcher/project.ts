import type { BuildTarget } from './app/build.js';
import type { Progress } from './command-line/progress.js';

/** What `npm start` builds and loads. */
export interface Project {
  /** The folder with `package.json`. */
  readonly root: string;
  /** Built when their sources have changed. Watch mode builds the server itself. */
  readonly targets: readonly BuildTarget[];
  readonly dataset?: DatasetReader;
  /** Prepares an app node that has just become ready. Its line `ready ...` is printed afterwards. */
  readonly warmUp?: (port: number) => Promise<void>;
}

/** Data that the app needs in its database. */
export interface DatasetReader {
  /** The line of `--help` about its environment variable. */
  readonly help: string;
  /** @throws UsageError */
  read(environment: NodeJS.ProcessEnv): Dataset;
}

export interface Dataset {
  /** Names its lines of output, for example `flights`. */
  readonly name: string;
  readonly bytes: number;
  /** What to do when the disk has less free space. */
  readonly advice: string;
  /** Loads what is missing. Resolves with one line about what was done. */
  load(options: LoadOptions): Promise<string>;
}

export interface LoadOptions {
  readonly root: string;
  readonly databaseUrl: string;
  readonly onProgress: (progress: Progress) => void;
}
