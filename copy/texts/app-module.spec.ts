import { describe, expect, it } from 'vitest';
import { addModules, type Wiring } from './app-module.js';

const specifiers = { engine: './engine/index.js', boards: './boards/index.js' };
const ENGINE: Wiring = {
  name: 'engine',
  class: 'EngineModule',
  inject: [],
  uses: {},
  options: { roles: '{}', deadlineMs: '300' },
  contributions: [],
  specifiers,
};
const BOARDS: Wiring = {
  name: 'boards',
  class: 'BoardsModule',
  inject: ['Engines'],
  uses: { engine: ['Engines', 'parseEngineUrl'] },
  options: { engine: "engines.redisFor('boards')" },
  contributions: [
    {
      module: 'engine',
      option: 'roles',
      property: 'boards',
      value: "parseEngineUrl(process.env.ENGINE_URL ?? '')",
    },
  ],
  specifiers,
};
const WIRED = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { EngineModule, Engines, parseEngineUrl } from './engine/index.js';
import { BoardsModule } from './boards/index.js';

@Module({
  imports: [
    EngineModule.forRootAsync({
      useFactory: () => ({
        roles: {
          boards: parseEngineUrl(process.env.ENGINE_URL ?? ''),
        },
        deadlineMs: 300,
      }),
    }),
    BoardsModule.forRootAsync({
      inject: [Engines],
      useFactory: (engines: Engines) => ({
        engine: engines.redisFor('boards'),
      }),
    }),
  ],
  controllers: [AppController],
})
export class AppModule {}
`;

function appModule(imports: string, head = ''): string {
  return `import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
${head}
@Module({
${imports}  controllers: [AppController],
})
export class AppModule {}
`;
}

function add(text: string, wirings = [ENGINE, BOARDS]): string {
  return addModules('src/app.module.ts', text, wirings).text;
}

describe('addModules', () => {
  it.each([
    ['an empty list', '  imports: [],\n'],
    ['no list', ''],
  ])('imports modules with their options into %s', (_what, imports) => {
    expect(add(appModule(imports))).toBe(WIRED);
  });

  it('is the same when it runs again', () => {
    expect(add(WIRED)).toBe(WIRED);
  });

  it.each([
    ['[UsersModule]', '[UsersModule,'],
    ['[\n    UsersModule,\n  ]', '[\n    UsersModule,'],
    ['[\n    UsersModule, // ours\n  ]', '[\n    UsersModule, // ours\n    EngineModule'],
    ['[\n    UsersModule // ours\n  ]', '[\n    UsersModule, // ours\n    EngineModule'],
    ['SHARED', '[\n    ...SHARED,'],
  ])('adds to %j after what is there', (list, start) => {
    const text = add(appModule(`  imports: ${list},\n`));
    expect(text).toContain(`  imports: ${start}`);
    expect(text).toContain('    EngineModule.forRootAsync({\n');
    expect(text).toContain('      }),\n    }),');
    expect(text.match(/BoardsModule\.forRootAsync/g)).toHaveLength(1);
    expect(add(text)).toBe(text);
  });

  it('adds a role to options that the service has edited', () => {
    const edited = appModule(
      "  imports: [\n    EngineModule.forRoot({ roles: { cache: parseEngineUrl('redis://cache') }, deadlineMs: 50 }),\n  ],\n",
      "import { EngineModule, parseEngineUrl } from './engine/index.js';\n",
    );
    const { text, byHand } = addModules('src/app.module.ts', edited, [BOARDS], [ENGINE]);
    expect(text).toContain(
      "roles: { cache: parseEngineUrl('redis://cache'), boards: parseEngineUrl(process.env.ENGINE_URL ?? '') }, deadlineMs: 50",
    );
    expect(byHand).toEqual([]);
  });

  it('says what to add by hand where it does not find the options', () => {
    const { byHand } = addModules('src/app.module.ts', appModule('  imports: [],\n'), [BOARDS], [ENGINE]);
    expect(byHand).toEqual([
      `Add "boards: parseEngineUrl(process.env.ENGINE_URL ?? '')" to "roles" of EngineModule.`,
    ]);
  });

  it("keeps apart a class of the service's own that has the same name", () => {
    const text = add(
      appModule(
        '  imports: [EngineModule],\n',
        "import { EngineModule } from './trains/engine.module.js';\n",
      ),
    );
    expect(text).toContain(
      "import { EngineModule as CachingEngineModule, Engines, parseEngineUrl } from './engine/index.js';",
    );
    expect(text).toContain('    CachingEngineModule.forRootAsync({');
  });

  it('rejects a file without a root module', () => {
    expect(() => add('export class AppModule {}\n')).toThrow(
      'src/app.module.ts has no class with @Module({ ... }). Name the file of the root module with --app-module PATH.',
    );
  });
});
