/* Who may import whom. The folder tree is the architecture; these rules keep it true. */
const copyable = ['sessions', 'query-cache', 'leaderboard'];
/** Folders of a module, lowest first: each may import those before it. */
const layers = {
  'query-cache': ['query', 'invalidation', 'tiers', 'loading', 'lookup', 'http'],
  sessions: ['content', 'records', 'accounts', 'ending', 'store', 'guests', 'request', 'api', 'sockets'],
  leaderboard: [
    'domain',
    'ledger',
    'past',
    'sorted-sets',
    'sync',
    'players',
    'reading',
    'submissions',
    'api',
    'live',
  ],
};
const inFolder = (names) => `^src/(${[].concat(names).join('|')})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no reading order, and none of its parts can be copied or tested alone.',
      from: {},
      to: { circular: true },
    },
    ...copyable.map((module) => ({
      name: `${module}-stands-alone`,
      severity: 'error',
      comment:
        'A copyable module needs engine/, database/ and common/ and nothing else; its options come through forRootAsync.',
      from: { path: inFolder(module) },
      to: { path: '^src/', pathNot: inFolder([module, 'engine', 'database', 'common']) },
    })),
    {
      name: 'cache-manager-needs-the-query-cache-alone',
      severity: 'error',
      comment:
        "CACHE_MANAGER shares the query cache's JSON check, its time limit and its error; it comes with both when copied.",
      from: { path: inFolder('cache-manager') },
      to: { path: '^src/', pathNot: inFolder(['cache-manager', 'query-cache', 'engine', 'common']) },
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
        'Settings are validated where they are read, for which config needs the grammar of engine URLs.',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: ['^src/config/', '^src/engine/index\\.ts$'] },
    },
    {
      name: 'config-meets-modules-in-app-module',
      severity: 'error',
      comment: 'Only app.module and the bootstrap pass settings to modules, as options.',
      from: { path: '^src/', pathNot: ['^src/(app\\.module|main|bootstrap)\\.ts$', '^src/config/'] },
      to: { path: '^src/config/' },
    },
    {
      name: 'modules-do-not-import-the-top',
      severity: 'error',
      comment:
        'demo, textbook, telemetry and http subscribe to, compare with or serve the modules; the modules must not know them.',
      from: { path: '^src/(sessions|query-cache|cache-manager|leaderboard|engine|database)/' },
      to: { path: '^src/(demo|textbook|telemetry|http|app\\.module|main)' },
    },
    {
      name: 'the-textbook-uses-no-module',
      severity: 'error',
      comment: 'It is compared with the modules, so it has the usual packages alone.',
      from: { path: '^src/textbook/' },
      to: { path: inFolder([...copyable, 'cache-manager', 'http', 'telemetry']) },
    },
    {
      name: 'a-module-is-its-index',
      severity: 'error',
      comment: 'What index.ts does not export is free to change; wire types are public by nature.',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/(sessions|query-cache|cache-manager|leaderboard|textbook|engine|database|common|config|http)/',
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
      from: { path: '^src/', pathNot: ['^src/(engine|textbook)/', '\\.store\\.ts$', '\\.spec\\.ts$'] },
      to: {
        path: '^node_modules/(redis|@redis/|@keyv/|keyv|cache-manager-redis-yet|connect-redis)',
      },
    },
    {
      name: 'outsiders-use-the-wire',
      severity: 'error',
      comment:
        'web, load and lab reach the app through HTTP and websockets, so that what they show is what a client gets. Micro-benchmarks and the sides of `peers` are made of parts of it.',
      from: { path: '^(web|load|lab)/', pathNot: '^load/(micro|peers/apps)/' },
      to: { path: '^src/', pathNot: '\\.wire\\.ts$' },
    },
    {
      name: 'the-wire-is-types-only',
      severity: 'error',
      comment: 'The page shares message shapes with the server, never code.',
      from: { path: '^(web|load|lab)/', pathNot: '^load/(micro|peers/apps)/' },
      to: { path: '\\.wire\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'load-knows-no-experiment',
      severity: 'error',
      comment: 'The lab uses the statistics and the report of load/, not the other way round.',
      from: { path: '^load/' },
      to: { path: '^lab/' },
    },
    {
      name: 'local-starts-the-app-from-outside',
      severity: 'error',
      comment: 'local/ runs servers and the built app as processes; importing src would hide a broken build.',
      from: { path: '^local/' },
      to: { path: '^(src|web|load|lab)/' },
    },
    {
      name: 'copy-reads-src-as-text',
      severity: 'error',
      comment:
        'The command is one file without packages, so it works without an installation; src needs many.',
      from: { path: '^copy/' },
      to: { path: '^(src|web|load|lab|local)/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment:
        'An unresolved import fails only at run time. k6 brings the modules of its scripts; load/peers has its own packages.',
      from: { pathNot: ['^load/k6/', '\\.peer\\.ts$'] },
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
    // These are parts of a service, and import what is copied beside them.
    exclude: { path: ['(^|/)dist/', '^copy/service/', '^test/copy/orms/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
