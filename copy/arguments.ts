import { parseArgs } from 'node:util';
import { CopyError } from './copy-error.js';

export const USAGE = `Copies modules of this repository into a Nest service, updates the copies, or makes a new service.

Usage: npm run copy -- MODULE... TARGET [options]
       npm run copy -- TARGET [--diff]         updates what was copied before, or shows what differs
       npm run copy -- --new TARGET --with MODULE,...
                                               a new service, which runs with npm ci && npm start
       npm run copy -- --list                  the modules

  --dry-run           shows every change and makes none
  --diff              shows what changed here since the copy, and what the target edited
  --folder PATH       where the copies go in the target, for example src/caching (default: src)
  --app-module PATH   the root module of the target (default: src/app.module.ts)
  --allow-dirty       copies also if the target has uncommitted changes

Exits with 1 if nothing could be copied, or if an update has conflicts to resolve.`;

export interface Arguments {
  action: 'help' | 'list' | 'new' | 'copy' | 'dry-run' | 'diff';
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
  if (values.new !== undefined && action !== 'help')
    return readNewService(values.new, values.with, positionals);
  if (values.with !== undefined)
    throw new CopyError(
      '--with goes with --new. To copy into a service, write npm run copy -- MODULE... TARGET',
    );
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

function readNewService(target: string, modules: string | undefined, others: string[]): Arguments {
  if (others.length > 0)
    throw new CopyError(`What is "${others[0]}"? Write npm run copy -- --new TARGET --with MODULE,MODULE`);
  const names = (modules ?? '').split(',').map((name) => name.trim());
  return {
    action: 'new',
    modules: names.filter(Boolean),
    target,
    folder: undefined,
    appModule: undefined,
    allowDirty: false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        new: { type: 'string' },
        with: { type: 'string' },
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
