/* Who may import whom. The folder tree is the architecture; these rules keep it true. */
const copyable = ['sessions', 'query-cache', 'leaderboard'];
/** Folders of a module, from the ground up: each may import those before it. */
const layers = {
  'query-cache': ['query', 'invalidation', 'tiers', 'loading', 'lookup', 'http'],
  leaderboard: ['domain', 'ledger', 'sorted-sets', 'sync', 'submissions', 'players', 'api', 'live'],
};
const room = (names) => `^src/(${[].concat(names).join('|')})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle has no reading order, and nothing in it can be copied or tested alone.',
      from: {},
      to: { circular: true },
    },
    ...copyable.map((module) => ({
      name: `${module}-stands-alone`,
      severity: 'error',
      comment:
        'A copyable module brings engine/, database/ and common/ with it and nothing else; options come in through forRootAsync.',
      from: { path: room(module) },
      to: { path: '^src/', pathNot: room([module, 'engine', 'database', 'common']) },
    })),
    {
      name: 'cache-manager-needs-the-query-cache-alone',
      severity: 'error',
      comment:
        "CACHE_MANAGER shares the query cache's JSON check, its time limit and its error; it comes with both when copied.",
      from: { path: room('cache-manager') },
      to: { path: '^src/', pathNot: room(['cache-manager', 'query-cache', 'engine', 'common']) },
    },
    ...Object.entries(layers).flatMap(([module, folders]) =>
      folders.slice(0, -1).map((folder, i) => ({
        name: `${module}-${folder}-imports-downwards`,
        severity: 'error',
        comment: 'A request reads top down, and what is below can be understood without what is above.',
        from: { path: `^src/${module}/${folder}/`, pathNot: '\\.spec\\.ts$' },
        to: { path: `^src/${module}/(${folders.slice(i + 1).join('|')})/` },
      })),
    ),
    {
      name: 'foundations-import-common-only',
      severity: 'error',
      comment: 'Whatever engine/ and database/ import would be part of every copy.',
      from: { path: '^src/(engine|database)/' },
      to: { path: '^src/', pathNot: '^src/($1|common)/' },
    },
    {
      name: 'common-imports-nothing',
      severity: 'error',
      comment: 'common/ is the lowest floor.',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/common/' },
    },
    {
      name: 'http-knows-no-module',
      severity: 'error',
      comment:
        'Each module answers its own errors and validates its own input, so that a copy behaves the same.',
      from: { path: '^src/http/' },
      to: { path: '^src/', pathNot: '^src/(http|common|engine|database)/' },
    },
    {
      name: 'config-knows-only-the-url-grammar',
      severity: 'error',
      comment:
        'Settings are checked where they are read; of the house config needs the grammar of engine URLs alone.',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: ['^src/config/', '^src/engine/index\\.ts$'] },
    },
    {
      name: 'config-meets-modules-in-app-module',
      severity: 'error',
      comment:
        'Only the map (app.module) and the bootstrap may hand settings to modules; elsewhere they arrive as options.',
      from: { path: '^src/', pathNot: ['^src/(app\\.module|main|bootstrap)\\.ts$', '^src/config/'] },
      to: { path: '^src/config/' },
    },
    {
      name: 'nobody-imports-the-top',
      severity: 'error',
      comment: 'demo, telemetry and http subscribe to or serve the modules; the modules must not know them.',
      from: { path: '^src/(sessions|query-cache|cache-manager|leaderboard|engine|database)/' },
      to: { path: '^src/(demo|telemetry|http|app\\.module|main)' },
    },
    {
      name: 'a-module-is-its-index',
      severity: 'error',
      comment: 'What index.ts does not export is free to change; wire types are public by nature.',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/(sessions|query-cache|cache-manager|leaderboard|engine|database|common|config|http)/',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '\\.wire\\.ts$'],
      },
    },
    {
      name: 'layers-point-down',
      severity: 'error',
      comment:
        'controller | gateway -> service -> store -> keys: a store that knows its service cannot be swapped.',
      from: { path: '^src/.+\\.(store|keys)\\.ts$' },
      to: { path: '^src/.+\\.(service|controller|gateway|module)\\.ts$' },
    },
    {
      name: 'services-know-no-transport',
      severity: 'error',
      comment: 'A service is called by HTTP, websockets and tests alike.',
      from: { path: '^src/.+\\.service\\.ts$' },
      to: { path: '^src/.+\\.(controller|gateway)\\.ts$' },
    },
    {
      name: 'keys-come-from-stores',
      severity: 'error',
      comment: 'Only a store turns key patterns into commands.',
      from: { path: '^src/.+\\.(controller|gateway|service)\\.ts$' },
      to: { path: '^src/.+\\.keys\\.ts$' },
    },
    {
      name: 'clients-stay-in-engine-and-stores',
      severity: 'error',
      comment: 'One place to reason about deadlines, errors and topology.',
      from: { path: '^src/', pathNot: ['^src/engine/', '\\.store\\.ts$', '\\.spec\\.ts$'] },
      to: {
        path: '^node_modules/(redis|@redis/|memjs|@keyv/|keyv|cache-manager-redis-yet|connect-redis)',
      },
    },
    {
      name: 'outsiders-use-the-wire',
      severity: 'error',
      comment:
        'web, load and lab reach the app through HTTP and websockets, so that what they show is what a client gets.',
      from: { path: '^(web|load|lab)/' },
      to: { path: '^src/', pathNot: '\\.wire\\.ts$' },
    },
    {
      name: 'the-wire-is-types-only',
      severity: 'error',
      comment: 'The page shares message shapes with the server, never code.',
      from: { path: '^(web|load|lab)/' },
      to: { path: '\\.wire\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'local-starts-the-app-from-outside',
      severity: 'error',
      comment: 'local/ runs servers and the built app as processes; importing src would hide a broken build.',
      from: { path: '^local/' },
      to: { path: '^(src|web|load|lab)/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import nothing answers fails at run time only.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'production-needs-no-dev-dependency',
      severity: 'error',
      comment: 'The image installs with --omit=dev.',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
