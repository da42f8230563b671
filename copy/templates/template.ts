import { z } from 'zod';

/** One environment variable that the wiring of a module reads. */
const settingSchema = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  /** One line for `.env.example`. */
  description: z.string(),
  /** What `.env.example` gets after the `=`; without it somebody has to set the variable. */
  value: z.string().optional(),
});

/** A property of an object in the options of a module that this one needs, for example a role of `EngineModule`. */
const contributionSchema = z.strictObject({
  module: z.string(),
  option: z.string(),
  property: z.string(),
  /** TypeScript. */
  value: z.string(),
});

/** How the module is imported into an `AppModule`: `CLASS.forRootAsync({ inject, useFactory })`. */
const moduleSchema = z.strictObject({
  class: z.string().regex(/^[A-Z]\w*Module$/),
  /** Classes that `useFactory` gets, as parameters named in lower case. */
  inject: z.array(z.string()).default([]),
  /** Names in `options` and `contributions`, by the template whose `index.ts` exports them. */
  uses: z.record(z.string(), z.array(z.string())).default({}),
  /** The TypeScript of each option. */
  options: z.record(z.string(), z.string()),
  contributions: z.array(contributionSchema).default([]),
});

/**
 * `template.json` of a folder that can be copied: the only list of what belongs to it. Paths are relative to the folder; the name of a folder stands for
 * all files in it.
 */
export const templateSchema = z.strictObject({
  $schema: z.string().optional(),
  /** The name on the command line. */
  name: z.string().regex(/^[a-z][a-z-]*$/),
  /** A module is copied when it is named, a foundation with the modules that need it. */
  kind: z.enum(['module', 'foundation']),
  /** One sentence for `--list`. */
  description: z.string(),
  /** Names of the templates whose code this one imports. */
  needs: z.array(z.string()).default([]),
  files: z.array(z.string()).min(1),
  /** Tests outside the folder with the files they need, relative to the repository. */
  tests: z.array(z.string()).default([]),
  /** npm packages that the code needs to run. Their versions are those of this repository. */
  packages: z.array(z.string()),
  /** npm packages that its types and tests need. */
  devPackages: z.array(z.string()).default([]),
  /** The HTTP platforms of Nest that it works on. */
  platforms: z.array(z.enum(['express', 'fastify'])).min(1),
  settings: z.array(settingSchema).default([]),
  /** Files with the steps that create its tables when the service starts. */
  migrations: z.array(z.string()).default([]),
  module: moduleSchema.optional(),
});

/** A validated `template.json` and where it was. */
export type Template = z.infer<typeof templateSchema> & {
  /** The folder's name below `src/`. */
  folder: string;
};

export type Setting = z.infer<typeof settingSchema>;
export type ModuleWiring = z.infer<typeof moduleSchema>;
