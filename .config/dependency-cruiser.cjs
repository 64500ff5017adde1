// Which layer may import which. docs/ARCHITECTURE.md tells why; this file makes it hold.
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Two files that need each other are one file, or hide a third.',
      {},
      { circular: true },
    ),
    forbid(
      'client-knows-no-server',
      'The browser reaches the server through the contract in shared/ alone.',
      { path: '^client/' },
      { path: '^(server|drizzle|tests)/' },
    ),
    forbid(
      'server-knows-no-client',
      'The server sends what was built; it imports none of it.',
      { path: '^server/' },
      { path: '^(client|tests)/' },
    ),
    forbid(
      'shared-is-a-leaf',
      'What both sides know depends on neither side, and on no Node.',
      { path: '^shared/' },
      { path: ['^(client|server|drizzle|tests)/'], dependencyTypesNot: ['npm'] },
    ),
    forbid(
      'shared-needs-no-node',
      'The browser reads shared/ too.',
      { path: '^shared/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'platform-knows-no-feature',
      'server/src/platform is what any server needs; a feature plugs itself in.',
      { path: '^server/src/platform/' },
      { path: '^server/src/(features[/.]|app\\.|main\\.)' },
    ),
    forbid(
      'feature-through-its-door',
      'A feature reaches another through its service or queries, and by its policy and presenter: never by its routes, sockets or inner files.',
      { path: '^server/src/features/([^/]+)/' },
      {
        path: '^server/src/features/',
        pathNot: ['^server/src/features/$1/', '\\.(service|queries|policy|presenter)\\.ts$'],
      },
    ),
    forbid(
      'ui-knows-no-domain',
      'client/src/ui are building blocks; what they show is given to them.',
      { path: '^client/src/ui/' },
      { path: '^client/src/(features|views|api)/' },
    ),
    forbid(
      'features-know-no-view',
      'A view composes features, never the other way round.',
      { path: '^client/src/features/' },
      { path: '^client/src/views/' },
    ),
    forbid(
      'server-runs-without-development',
      'An image is installed without development packages.',
      { path: '^server/src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    // svelte/elements is types alone, which a resolver of modules does not look for.
    forbid(
      'resolvable',
      'It must exist, and stand in package.json.',
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
