import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readEnv, variables } from '../../../server/src/platform/env.ts';

const markers = /<!-- variables -->[\s\S]*<!-- \/variables -->/;

const row = ([name, { schema, help }]: [string, (typeof variables)[keyof typeof variables]]) => {
  const defaultValue = schema.safeParse(undefined).data as string | number | undefined;
  return `| \`${name}\` | ${defaultValue === undefined ? '' : `\`${defaultValue}\``} | ${help} |`;
};
const table = [
  '<!-- variables -->',
  '',
  '| variable | default | meaning |',
  '| --- | --- | --- |',
  ...Object.entries(variables).map(row),
  '',
  '<!-- /variables -->',
].join('\n');

/** Removes the padding of the table. */
const withoutPadding = (text = '') => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

describe('environment variables', () => {
  test('every environment variable is documented in the README (UPDATE_DOCS=1 writes the table)', () => {
    const readme = readFileSync('README.md', 'utf8');
    if (process.env.UPDATE_DOCS)
      writeFileSync(
        'README.md',
        readme.replace(markers, () => table),
      );
    else expect(withoutPadding(markers.exec(readme)?.[0])).toBe(withoutPadding(table));
  });

  test('invalid variables are rejected with one error that names all of them', () => {
    const read = () => readEnv({ PORT: 'many', WEBUI_URL: 'ftp://x', DATABASE_URL: 'mysql://x' });
    expect(read).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*WEBUI_URL/);
  });

  test('empty variables are treated as unset', () => {
    expect(readEnv({ PORT: '', OPENAI_API_KEY: '' })).toMatchObject({ PORT: 3000 });
  });
});
