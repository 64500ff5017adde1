import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readEnv, variables } from '../../../server/src/platform/env.ts';

const markers = /<!-- variables -->[\s\S]*<!-- \/variables -->/;

const row = ([name, { schema, help }]: [string, (typeof variables)[keyof typeof variables]]) => {
  const standard = schema.safeParse(undefined).data as string | number | undefined;
  return `| \`${name}\` | ${standard === undefined ? '' : `\`${standard}\``} | ${help} |`;
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

/** Without the padding that makes the table easy to read as text. */
const plain = (text = '') => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

describe('the configuration', () => {
  test('is documented in the README as the server reads it (UPDATE_DOCS=1 writes the table)', () => {
    const readme = readFileSync('README.md', 'utf8');
    if (process.env.UPDATE_DOCS)
      writeFileSync(
        'README.md',
        readme.replace(markers, () => table),
      );
    else expect(plain(markers.exec(readme)?.[0])).toBe(plain(table));
  });

  test('names every variable that is wrong in one error', () => {
    const read = () => readEnv({ PORT: 'many', WEBUI_URL: 'ftp://x', DATABASE_URL: 'mysql://x' });
    expect(read).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*WEBUI_URL/);
  });

  test('takes empty variables as unset', () => {
    expect(readEnv({ PORT: '', OPENAI_API_KEY: '' })).toMatchObject({ PORT: 3000 });
  });
});
