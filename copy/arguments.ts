import { parseArgs } from 'node:util';
import { CopyError } from './copy-error.js';

export const USAGE = `Copies modules of this repository into a Nest service, or updates the copies.

Usage: npm run copy -- MODULE... TARGET [options]
       npm run copy -- TARGET [--diff]         updates what was copied before, or shows what differs
       npm run copy -- --list                  the modules

  --dry-run           shows every change and makes none
  --diff              shows what changed here since the copy, and what the target edited
  --folder PATH       where the copies go in the target, for example src/caching (default: src)
  --app-module PATH   the root module of the target (default: src/app.module.ts)
  --allow-dirty       copies also if the target has uncommitted changes

Exits with 1 if nothing could be copied, or if an update has conflicts to resolve.`;

export interface Arguments {
  action: 'help' | 'list' | 'copy' | 'dry-run' | 'diff';
  modules: string[];
  target: string;
  folder: string | undefined;
  appModule: string | undefined;
  allowDirty: boolean;
}

/** @throws {CopyError} naming the wrong argument. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const action =
    (['help', 'list', 'diff', 'dry-run'] as const).find((option) => values[option]) ??
    (args.length === 0 ? 'help' : 'copy');
  const target = positionals.at(-1);
  if (target === undefined && action !== 'help' && action !== 'list')
    throw new CopyError('Name the folder of the service last: npm run copy -- MODULE... TARGET');
  return {
    action,
    modules: positionals.slice(0, -1),
    target: target ?? '',
    folder: values.folder,
    appModule: values['app-module'],
    allowDirty: values['allow-dirty'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        list: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        diff: { type: 'boolean', default: false },
        folder: { type: 'string' },
        'app-module': { type: 'string' },
        'allow-dirty': { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new CopyError(`${cause instanceof Error ? cause.message : String(cause)} See --help.`, { cause });
  }
}
