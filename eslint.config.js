import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

// A rule is an error or it is off: nobody acts on a warning.
export default defineConfig(
  globalIgnores(['dist/', 'data/', 'coverage/', 'tests/.artifacts/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: {
        projectService: { allowDefaultProject: ['client/*.ts'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // A leading underscore marks a parameter that only holds its position.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Express 5 awaits the promise of a handler, and event emitters may ignore it.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      // `{}` is a common default for a type parameter.
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      // An async function without await still turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Limits a little above where the code stands, so that it does not grow past what one reads in one go.
    files: ['{server,client,shared}/src/**', 'drizzle/schema/**'],
    rules: {
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 60],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['server/src/**'],
    ignores: ['server/src/platform/env.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read the setting from server/src/platform/env.ts, and declare it there.',
        },
      ],
    },
  },
  {
    files: ['server/src/**'],
    ignores: ['server/src/platform/db/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "VariableDeclarator > ObjectPattern > Property[key.name='db']",
          message: 'Read `store.db` where it is used: inside a transaction it is another connection.',
        },
      ],
    },
  },
  {
    files: ['client/src/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^#shared/(?!limits$)',
              allowTypeImports: true,
              message: 'Use `import type`: the schemas would bring all of zod into the browser.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      // `let { … } = $props()` may hold bindable properties, and a store-free component has no other use of let.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props'] }],
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      // It reports every local Map and URL as state.
      'svelte/prefer-svelte-reactivity': 'off',
      // The code uses runes and no stores, and this rule is slow.
      'svelte/require-store-reactive-access': 'off',
      // The router is our own; links need no resolve().
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    // Tests read untyped response bodies. In a component ESLint sees the props of other components as any; svelte-check
    // knows their types and finds the mistakes.
    files: ['tests/**', '**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['tests/bench/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.{js,mjs,cjs}'], extends: [ts.configs.disableTypeChecked], rules: { 'no-console': 'off' } },
);
