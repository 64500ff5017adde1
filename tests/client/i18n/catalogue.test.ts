import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { en } from '../../../client/src/i18n/en/index.ts';

const source = path.resolve('client/src');
const catalogueFolder = path.join(source, 'i18n/en');

const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((name) => path.join(source, name))
  .filter((file) => /\.(ts|svelte)$/.test(file) && !file.startsWith(catalogueFolder))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

/** Keys in quotes, and beginnings of keys that are completed at run time: `sharing.inactive_${reason}`. */
const quoted = new Set([...code.matchAll(/['"](\w+\.\w+)['"]/g)].map(([, key]) => key!));
const prefixes = [...code.matchAll(/`(\w+\.\w*)\$\{/g)].map(([, prefix]) => prefix!);

const messages = Object.entries(en).flatMap(([topic, words]) =>
  Object.entries(words).map(([name, message]) => [`${topic}.${name}`, message] as const),
);
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

describe('catalogue', () => {
  test('the catalogue contains no message that the client does not use', () => {
    const unused = messages
      .map(([key]) => key)
      .filter((key) => !quoted.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  test('the catalogue contains every message that the client uses', () => {
    const topics = Object.keys(en).join('|');
    const used = [...code.matchAll(new RegExp(`\\b(?:t|parts)\\(\\s*'((?:${topics})\\.\\w+)'`, 'g'))];
    const keys = new Set<string>(messages.map(([key]) => key));
    expect(used.length).toBeGreaterThan(0);
    expect(used.map(([, key]) => key!).filter((key) => !keys.has(key))).toEqual([]);
  });

  test('the catalogue uses the same placeholders in the singular as in the plural', () => {
    const different = messages.filter(
      ([, message]) =>
        typeof message !== 'string' &&
        placeholders(message.one).some((name) => !placeholders(message.other).includes(name)),
    );
    expect(different).toEqual([]);
  });

  test('the catalogue contains no exclamation marks and no apologies', () => {
    const loud = messages.filter(([, message]) =>
      /!|\bsorry\b|\boops\b/i.test(typeof message === 'string' ? message : `${message.one} ${message.other}`),
    );
    expect(loud).toEqual([]);
  });
});
