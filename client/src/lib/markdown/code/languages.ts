import type { LanguageFn } from 'highlight.js';

interface Language {
  load: () => Promise<{ default: LanguageFn }>;
  /** Languages embedded in this one. */
  embeds?: readonly string[];
}

/** Each is loaded when the first code block in it is shown. */
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
  dockerfile: { load: () => import('highlight.js/lib/languages/dockerfile'), embeds: ['bash'] },
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
  shell: { load: () => import('highlight.js/lib/languages/shell'), embeds: ['bash'] },
  sql: { load: () => import('highlight.js/lib/languages/sql') },
  swift: { load: () => import('highlight.js/lib/languages/swift') },
  typescript: { load: () => import('highlight.js/lib/languages/typescript') },
  vim: { load: () => import('highlight.js/lib/languages/vim') },
  wasm: { load: () => import('highlight.js/lib/languages/wasm') },
  xml: { load: () => import('highlight.js/lib/languages/xml'), embeds: ['css', 'javascript'] },
  yaml: { load: () => import('highlight.js/lib/languages/yaml') },
};

/** Other common names of the languages. */
const aliasesByLanguage: Record<string, string> = {
  bash: 'sh zsh',
  shell: 'console shellsession',
  powershell: 'ps1 pwsh',
  javascript: 'js jsx mjs cjs node',
  typescript: 'ts tsx mts',
  json: 'json5 jsonc jsonl',
  xml: 'html svg xhtml svelte vue astro plist',
  python: 'py python3 pycon',
  ruby: 'rb',
  rust: 'rs',
  go: 'golang',
  kotlin: 'kt',
  cpp: 'c++ cc hpp cxx',
  c: 'h',
  csharp: 'c# cs',
  fsharp: 'f#',
  objectivec: 'objc objective-c',
  haskell: 'hs',
  elixir: 'ex',
  erlang: 'erl',
  julia: 'jl',
  ocaml: 'ml',
  clojure: 'clj',
  perl: 'pl',
  latex: 'tex',
  markdown: 'md',
  yaml: 'yml',
  ini: 'toml conf env dotenv properties',
  dockerfile: 'docker',
  makefile: 'make mk',
  diff: 'patch',
  sql: 'psql postgresql mysql sqlite',
  graphql: 'gql',
  protobuf: 'proto',
  scss: 'sass',
  wasm: 'wat',
  gradle: 'groovy',
  vim: 'viml',
  matlab: 'octave',
};

const aliases = new Map(
  Object.entries(aliasesByLanguage).flatMap(([language, names]) =>
    names.split(' ').map((name) => [name, language] as const),
  ),
);

/** Returns the language called `name`, under its own name; null when it cannot be highlighted. */
export function findLanguage(name: string): ({ name: string } & Language) | null {
  const known = aliases.get(name) ?? name;
  const language = Object.hasOwn(languages, known) ? languages[known] : undefined;
  return language ? { name: known, ...language } : null;
}
