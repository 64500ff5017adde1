import type { LanguageFn } from 'highlight.js';

interface Language {
  load: () => Promise<{ default: LanguageFn }>;
  /** Languages written inside this one. */
  needs?: readonly string[];
}

/** Each is fetched when the first block in it is shown. */
const languages: Record<string, Language> = {
  bash: { load: () => import('highlight.js/lib/languages/bash') },
  c: { load: () => import('highlight.js/lib/languages/c') },
  clojure: { load: () => import('highlight.js/lib/languages/clojure') },
  cmake: { load: () => import('highlight.js/lib/languages/cmake') },
  cpp: { load: () => import('highlight.js/lib/languages/cpp') },
  csharp: { load: () => import('highlight.js/lib/languages/csharp') },
  css: { load: () => import('highlight.js/lib/languages/css') },
  dart: { load: () => import('highlight.js/lib/languages/dart') },
  diff: { load: () => import('highlight.js/lib/languages/diff') },
  dockerfile: { load: () => import('highlight.js/lib/languages/dockerfile'), needs: ['bash'] },
  elixir: { load: () => import('highlight.js/lib/languages/elixir') },
  erlang: { load: () => import('highlight.js/lib/languages/erlang') },
  fsharp: { load: () => import('highlight.js/lib/languages/fsharp') },
  go: { load: () => import('highlight.js/lib/languages/go') },
  gradle: { load: () => import('highlight.js/lib/languages/gradle') },
  graphql: { load: () => import('highlight.js/lib/languages/graphql') },
  haskell: { load: () => import('highlight.js/lib/languages/haskell') },
  http: { load: () => import('highlight.js/lib/languages/http') },
  ini: { load: () => import('highlight.js/lib/languages/ini') },
  java: { load: () => import('highlight.js/lib/languages/java') },
  javascript: { load: () => import('highlight.js/lib/languages/javascript') },
  json: { load: () => import('highlight.js/lib/languages/json') },
  julia: { load: () => import('highlight.js/lib/languages/julia') },
  kotlin: { load: () => import('highlight.js/lib/languages/kotlin') },
  latex: { load: () => import('highlight.js/lib/languages/latex') },
  less: { load: () => import('highlight.js/lib/languages/less') },
  lua: { load: () => import('highlight.js/lib/languages/lua') },
  makefile: { load: () => import('highlight.js/lib/languages/makefile') },
  markdown: { load: () => import('highlight.js/lib/languages/markdown') },
  matlab: { load: () => import('highlight.js/lib/languages/matlab') },
  nginx: { load: () => import('highlight.js/lib/languages/nginx') },
  nix: { load: () => import('highlight.js/lib/languages/nix') },
  objectivec: { load: () => import('highlight.js/lib/languages/objectivec') },
  ocaml: { load: () => import('highlight.js/lib/languages/ocaml') },
  perl: { load: () => import('highlight.js/lib/languages/perl') },
  php: { load: () => import('highlight.js/lib/languages/php') },
  powershell: { load: () => import('highlight.js/lib/languages/powershell') },
  protobuf: { load: () => import('highlight.js/lib/languages/protobuf') },
  python: { load: () => import('highlight.js/lib/languages/python') },
  r: { load: () => import('highlight.js/lib/languages/r') },
  ruby: { load: () => import('highlight.js/lib/languages/ruby') },
  rust: { load: () => import('highlight.js/lib/languages/rust') },
  scala: { load: () => import('highlight.js/lib/languages/scala') },
  scss: { load: () => import('highlight.js/lib/languages/scss') },
  shell: { load: () => import('highlight.js/lib/languages/shell'), needs: ['bash'] },
  sql: { load: () => import('highlight.js/lib/languages/sql') },
  swift: { load: () => import('highlight.js/lib/languages/swift') },
  typescript: { load: () => import('highlight.js/lib/languages/typescript') },
  vim: { load: () => import('highlight.js/lib/languages/vim') },
  wasm: { load: () => import('highlight.js/lib/languages/wasm') },
  xml: { load: () => import('highlight.js/lib/languages/xml'), needs: ['css', 'javascript'] },
  yaml: { load: () => import('highlight.js/lib/languages/yaml') },
};

/** What people and models write instead. */
const aliases: Record<string, string> = {
  ...{
    sh: 'bash',
    zsh: 'bash',
    console: 'shell',
    shellsession: 'shell',
    ps1: 'powershell',
    pwsh: 'powershell',
  },
  ...{ js: 'javascript', jsx: 'javascript', mjs: 'javascript', cjs: 'javascript', node: 'javascript' },
  ...{ ts: 'typescript', tsx: 'typescript', mts: 'typescript', json5: 'json', jsonc: 'json', jsonl: 'json' },
  ...{ html: 'xml', svg: 'xml', xhtml: 'xml', svelte: 'xml', vue: 'xml', astro: 'xml', plist: 'xml' },
  ...{ py: 'python', python3: 'python', pycon: 'python', rb: 'ruby', rs: 'rust', golang: 'go', kt: 'kotlin' },
  ...{
    'c++': 'cpp',
    cc: 'cpp',
    hpp: 'cpp',
    cxx: 'cpp',
    h: 'c',
    'c#': 'csharp',
    cs: 'csharp',
    'f#': 'fsharp',
  },
  ...{
    objc: 'objectivec',
    'objective-c': 'objectivec',
    hs: 'haskell',
    ex: 'elixir',
    erl: 'erlang',
    jl: 'julia',
  },
  ...{ ml: 'ocaml', clj: 'clojure', pl: 'perl', tex: 'latex', md: 'markdown', yml: 'yaml', toml: 'ini' },
  ...{ conf: 'ini', env: 'ini', dotenv: 'ini', properties: 'ini', docker: 'dockerfile', make: 'makefile' },
  ...{
    mk: 'makefile',
    patch: 'diff',
    psql: 'sql',
    postgresql: 'sql',
    mysql: 'sql',
    sqlite: 'sql',
    gql: 'graphql',
  },
  ...{ proto: 'protobuf', sass: 'scss', wat: 'wasm', groovy: 'gradle', viml: 'vim', octave: 'matlab' },
};

/** The language called `name`, by its own name, and null when it is none that can be coloured. */
export function findLanguage(name: string): ({ name: string } & Language) | null {
  const known = Object.hasOwn(aliases, name) ? aliases[name] : name;
  const language = known !== undefined && Object.hasOwn(languages, known) ? languages[known] : undefined;
  return known !== undefined && language ? { name: known, ...language } : null;
}
