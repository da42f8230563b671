import { join } from 'node:path/posix';
import { readFileSync } from 'node:fs';
import { CopyError } from '../copy-error.js';
import { checkVersions } from '../target/checks.js';
import { readTarget, type Target } from '../target/target.js';
import { originOfCopies, REPOSITORY } from '../templates/repository.js';
import type { Template } from '../templates/template.js';
import { filesOf, withNeeds } from '../templates/templates.js';
import { type Places, rewrite } from '../texts/rewrite.js';
import { nameOfTest } from '../texts/test-runner.js';
import { type Change, type Kept, planFile } from './copied-files.js';
import { type CopyRecord, ORIGINALS, readRecord, RECORD, writeRecord } from './record.js';
import { planServiceFiles } from './service-files.js';
import { readText } from './target-files.js';

/** What to copy where. */
export interface CopyRequest {
  /** For example `['leaderboard']`; with none, those that were copied before are updated. */
  modules?: readonly string[];
  /** The folder of a Nest service. */
  target: string;
  /** The folder of the copies in the target, for example `src/caching`. Default: the one of the first copy, else where its source is. */
  folder?: string | undefined;
  /** The file of the root module. Default: `src/app.module.ts`. */
  appModule?: string | undefined;
}

/** Everything that a copy would do. */
export interface Plan {
  target: Target;
  templates: Template[];
  /** Changes of copied files. */
  copied: Change[];
  /** Changes of the service's own files, such as `package.json`. */
  service: Change[];
  /** Changes of the record of copies. */
  record: Change[];
  kept: Kept[];
  /** What is left to do by hand, at most three lines. */
  toDo: string[];
  /** Each copied file as it was copied and as it would be copied now. */
  versions: {
    path: string;
    base: string | undefined;
    theirs: string | undefined;
    ours: string | undefined;
  }[];
}

/** Reads and checks everything, and changes nothing. @throws {CopyError} saying what stands in the way and what to do. */
export function planCopy(request: CopyRequest): Plan {
  const target = readTarget(request.target, request.appModule);
  const before = readRecord(target.root);
  const modules = [...new Set([...(before?.record.modules ?? []), ...(request.modules ?? [])])];
  const templates = withNeeds(modules);
  if (templates.length === 0)
    throw new CopyError(
      `Nothing was copied into ${target.root} yet. Name a module: npm run copy -- MODULE... TARGET`,
    );
  checkVersions(target, templates);
  const folder = folderOf(request, target, before?.record);
  const places = placesOf(templates, folder, target);
  const ours = new Map(
    [...places].map(([from, to]) => [
      to,
      rewrite(from, readFileSync(join(REPOSITORY, from), 'utf8'), places, target),
    ]),
  );
  const versions = [...new Set([...ours.keys(), ...(before?.originals.keys() ?? [])])]
    .toSorted()
    .map((path) => ({
      path,
      base: before?.originals.get(path),
      theirs: readText(target.root, path),
      ours: ours.get(path),
    }));
  const decided = versions.map((each) => planFile(each.path, each)).filter((decision) => decision !== null);
  const service = planServiceFiles({ target, modules, templates, places, before: before?.record });
  const files = writeRecord(
    {
      origin: originOfCopies(),
      folder,
      modules,
      templates: templates.map(({ name }) => name),
      packages: service.packages,
    },
    ours,
  );
  return {
    target,
    templates,
    versions,
    copied: decided.filter((decision) => 'action' in decision),
    kept: decided.filter((decision) => 'why' in decision),
    service: service.changes,
    record: [...files].map(([path, after]) => ({
      path,
      action: before ? 'update' : 'create',
      before: null,
      after,
    })),
    toDo: service.toDo,
  };
}

/** All changes, in the order in which they are made. The record comes last. */
export function changesOf({ copied, service, record }: Plan): Change[] {
  return [...copied, ...service, ...record];
}

export { ORIGINALS, RECORD };

function folderOf(request: CopyRequest, { sourceRoot }: Target, record: CopyRecord | undefined): string {
  const folder = join(request.folder ?? record?.folder ?? sourceRoot).replace(/\/$/, '');
  if (record && record.folder !== folder)
    throw new CopyError(
      `The copies are in ${record.folder}. Leave --folder out, or move them and correct "folder" in ${RECORD}.`,
    );
  if (folder !== sourceRoot && !folder.startsWith(`${sourceRoot}/`))
    throw new CopyError(
      `--folder is ${folder}, which nest build does not compile. Choose a folder below ${sourceRoot}.`,
    );
  return folder;
}

function placesOf(templates: readonly Template[], folder: string, target: Target): Places {
  const paths = templates.flatMap(filesOf);
  return new Map(
    paths.map((path) => {
      const place = path.startsWith('src/') ? join(folder, path.slice('src/'.length)) : path;
      return [path, nameOfTest(place, target)];
    }),
  );
}
