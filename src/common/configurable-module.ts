import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type Provider,
  type Type,
  type ValueProvider,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { z } from 'zod';
import { ModuleSetupError } from './module-setup.error.js';

interface ModuleSetup {
  /** For example `LeaderboardModule`. */
  name: string;
  /** Checks options that come from a configuration, where types say nothing. Providers get the options as they were passed. */
  schema: z.ZodType;
  /** What `forRootAsync` may inject from other modules, by the module to import: `{ EngineModule: Engines }`. */
  needs?: Readonly<Record<string, Type>>;
}

/**
 * The `forRoot` and `forRootAsync` of a global module. A wrong option, or a missing module that `forRootAsync` injects from, ends the boot
 * with a {@link ModuleSetupError}.
 */
export function configurableModule<Options extends object>(setup: ModuleSetup) {
  return new ConfigurableModuleBuilder<Options>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({
      ...definition,
      global: true,
      providers: checkedProviders(definition, setup),
    }))
    .build();
}

function checkedProviders({ providers = [] }: DynamicModule, setup: ModuleSetup): Provider[] {
  const [options, ...others] = providers as [ValueProvider | FactoryProvider, ...Provider[]];
  const { provide } = options;
  const check = (given: unknown) => checkOptions(given, setup);
  if ('useValue' in options) return [{ provide, useFactory: () => check(options.useValue) }, ...others];
  const { useFactory, inject = [] } = options;
  const needed = Object.values(setup.needs ?? {});
  // Optional, so that this module says what is missing: Nest would suggest to import it here, in a file that is copied.
  const optional = inject.map((token) =>
    typeof token === 'function' && needed.includes(token as Type) ? { token, optional: true } : token,
  );
  return [
    {
      provide,
      inject: [ModuleRef, ...optional],
      useFactory: async (modules: ModuleRef, ...injected: unknown[]) => {
        requireNeeds(modules, inject, setup);
        return check(await useFactory(...injected));
      },
    },
    ...others,
  ];
}

function checkOptions(options: unknown, { name, schema }: ModuleSetup): unknown {
  const { error } = schema.safeParse(options ?? {});
  if (!error) return options;
  const problems = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  throw new ModuleSetupError(`${name}: ${problems.join(' ')}`);
}

function requireNeeds(
  modules: ModuleRef,
  inject: readonly unknown[],
  { name, needs = {} }: ModuleSetup,
): void {
  const missing = Object.entries(needs).filter(
    ([, provider]) => inject.includes(provider) && !isProvided(modules, provider),
  );
  if (missing.length === 0) return;
  const names = missing.map(([module]) => module).join(' and ');
  throw new ModuleSetupError(`${name} needs ${names}. Add ${names} to the imports of the root module.`);
}

/** Whether a module of the application provides `token`. */
export function isProvided(modules: ModuleRef, token: InjectionToken): boolean {
  try {
    modules.get(token, { strict: false });
    return true;
  } catch {
    return false;
  }
}
