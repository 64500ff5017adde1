// Which layer may import which, and how files are named. docs/ARCHITECTURE.md explains the layers; this file enforces them.
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const forbidRings = (name, comment, folders) => ({
  ...forbid(name, comment, { path: folders }, { circular: true, path: folders }),
  scope: 'folder',
});

/** What a server file may be called after its dot; everything else is a plain topic name. */
const roles = 'routes|sockets|policy|service|queries|presenter|contract|cache|feature|worker';

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Two files that need each other are one file, or hide a third.',
      {},
      { circular: true },
    ),
    forbidRings(
      'no-rings-of-server-features',
      'Dependencies between features run one way. Use a contract, a callback or a signal for the way back.',
      '^server/src/features/[^/]+$',
    ),
    forbidRings(
      'no-rings-of-client-features',
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
      'The server sends what was built; it imports none of it.',
      { path: '^server/' },
      { path: '^(client|tests)/' },
    ),
    forbid(
      'shared-is-a-leaf',
      'The contract depends on neither side.',
      { path: '^shared/' },
      { path: ['^(client|server|drizzle|tests)/'], dependencyTypesNot: ['npm'] },
    ),
    forbid(
      'shared-imports-no-node',
      'The browser reads shared/ too.',
      { path: '^shared/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'platform-imports-no-feature',
      'server/src/platform is what any server needs; features plug themselves in.',
      { path: '^server/src/platform/' },
      { path: '^server/src/(features[/.]|app\\.|main\\.)' },
    ),
    forbid(
      'app-imports-no-feature',
      'server/src/app.ts assembles a server from features.ts and knows no feature.',
      { path: '^server/src/(app|main)\\.ts$' },
      { path: '^server/src/features/' },
    ),
    forbid(
      'feature-through-its-door',
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
      'client/src/lib holds libraries of their own; what they need is passed in.',
      { path: '^client/src/lib/([^/]+)/' },
      { path: '^(client|shared)/', pathNot: '^client/src/lib/$1/' },
    ),
    forbid(
      'ui-knows-no-domain',
      'client/src/ui are building blocks; what they show is passed in.',
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
      'infrastructure-knows-no-screen',
      'api, router and i18n serve every screen and know none.',
      { path: '^client/src/(api|router|i18n)/' },
      { path: '^client/src/(app|features|shell)/' },
    ),
    forbid(
      'shell-imports-no-feature',
      'The shell holds what every feature may ask of the frame: dialogs, sidebar, shortcuts.',
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
    // svelte/elements holds types only, which a module resolver does not find.
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
