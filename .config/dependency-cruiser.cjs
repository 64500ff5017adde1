// Which layer may import which, and how files are named. docs/ARCHITECTURE.md explains the layers; this file enforces them.
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const forbidFolderCycles = (name, comment, folders) => ({
  ...forbid(name, comment, { path: folders }, { circular: true, path: folders }),
  scope: 'folder',
});

/** Roles of server files, the part of the name after the dot. All other files are named after their topic. */
const roles = 'routes|sockets|policy|service|queries|presenter|contract|cache|feature|worker';

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Merge files that need each other, or move what both need into a third.',
      {},
      { circular: true },
    ),
    forbidFolderCycles(
      'no-cycles-between-server-features',
      'Dependencies between features run one way. Use a contract, a callback or a signal for the opposite direction.',
      '^server/src/features/[^/]+$',
    ),
    forbidFolderCycles(
      'no-cycles-between-client-features',
      'Dependencies between features run one way. Move what both need into shell/ or ui/.',
      '^client/src/features/[^/]+$',
    ),
    forbid(
      'client-imports-no-server',
      'The browser reaches the server through the contract in shared/ only.',
      { path: '^client/' },
      { path: '^(server|drizzle|tests)/' },
    ),
    forbid(
      'server-imports-no-client',
      'The server serves the built client and imports nothing of it.',
      { path: '^server/' },
      { path: '^(client|tests)/' },
    ),
    forbid(
      'shared-is-a-leaf',
      'The contract depends on neither client nor server.',
      { path: '^shared/' },
      { path: ['^(client|server|drizzle|tests)/'], dependencyTypesNot: ['npm'] },
    ),
    forbid(
      'shared-imports-no-node',
      'shared/ also runs in the browser.',
      { path: '^shared/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'platform-imports-no-feature',
      'server/src/platform does not depend on features; features register with it.',
      { path: '^server/src/platform/' },
      { path: '^server/src/(features[/.]|app\\.|main\\.)' },
    ),
    forbid(
      'commands-import-only-the-platform',
      'A command works on a stopped or a running instance and starts no server.',
      { path: '^server/src/commands/' },
      { path: '^server/src/(features[/.]|app\\.|main\\.)' },
    ),
    forbid(
      'server-imports-no-command',
      'Commands are programs of their own.',
      { path: '^server/src/', pathNot: '^server/src/commands/' },
      { path: '^server/src/commands/' },
    ),
    forbid(
      'app-imports-no-feature',
      'server/src/app.ts assembles a server from features.ts and imports no feature.',
      { path: '^server/src/(app|main)\\.ts$' },
      { path: '^server/src/features/' },
    ),
    forbid(
      'feature-through-its-interface',
      'A feature reaches another through its service, queries, policy, presenter or contract.',
      { path: '^server/src/features/([^/]+)/' },
      {
        path: '^server/src/features/',
        pathNot: ['^server/src/features/$1/', '\\.(service|queries|policy|presenter|contract)\\.ts$'],
      },
    ),
    forbid(
      'server-file-names',
      `Name a file after its topic in camelCase, or \`topic.role.ts\` with one of: ${roles.replaceAll('|', ', ')}.`,
      {},
      { path: '^server/src/', pathNot: `/[a-z][A-Za-z0-9]*(\\.(${roles}))?\\.ts$` },
    ),
    forbid(
      'client-file-names',
      'Components are PascalCase.svelte, state classes camelCase.svelte.ts, everything else camelCase.',
      {},
      {
        path: '^client/src/.*\\.(svelte|ts)$',
        pathNot: ['/[A-Z][A-Za-z0-9]*\\.svelte$', '/[a-z][A-Za-z0-9]*(\\.svelte)?\\.ts$'],
      },
    ),
    forbid(
      'lib-imports-no-app-code',
      'client/src/lib contains standalone libraries; what they need is passed in.',
      { path: '^client/src/lib/([^/]+)/' },
      { path: '^(client|shared)/', pathNot: '^client/src/lib/$1/' },
    ),
    forbid(
      'ui-imports-no-domain',
      'client/src/ui contains controls; what they show is passed in.',
      { path: '^client/src/ui/' },
      { path: ['^client/src/(app|features|shell|api)/', '^shared/src/(?!limits\\.ts$)'] },
    ),
    forbid(
      'headless-library-only-in-ui',
      'Wrap the component once in client/src/ui and use that.',
      { path: '^client/src/', pathNot: '^client/src/ui/' },
      { path: 'node_modules/bits-ui/' },
    ),
    forbid(
      'infrastructure-imports-no-screen',
      'api, router and i18n serve all screens and import none.',
      { path: '^client/src/(api|router|i18n)/' },
      { path: '^client/src/(app|features|shell)/' },
    ),
    forbid(
      'shell-imports-no-feature',
      'The shell contains what every feature uses of the frame: dialogs, sidebar, shortcuts.',
      { path: '^client/src/shell/' },
      { path: '^client/src/(app|features)/' },
    ),
    forbid(
      'features-import-no-app',
      'The app composes features, never the other way round.',
      { path: '^client/src/features/' },
      { path: '^client/src/app/' },
    ),
    forbid(
      'server-runs-without-development-packages',
      'An image is installed without development packages.',
      { path: '^server/src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    // svelte/elements contains only types, which the resolver does not find.
    forbid(
      'resolvable',
      'Every import exists and is listed in package.json.',
      {},
      { couldNotResolve: true, pathNot: '^svelte/elements$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.d.ts'],
    },
  },
};
