import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { instanceSecret } from '../../../server/src/platform/secretBox.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'parley-secret-'));
  file = path.join(folder, 'secret.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['nothing', ''],
  ['one letter', 'x'],
  ['a line end', '\n'],
  ['zero bytes, as after a power failure', '\0'.repeat(43)],
  ['bytes that are not text', '\u{fffd}'.repeat(43)],
])('a stored secret of %s is refused and kept', (_content, content) => {
  writeFileSync(file, content);
  expect(() => instanceSecret(undefined, folder)).toThrow(/must contain at least 16 printable characters/);
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test('a secret is generated once, for its own account only, and leaves no other file', () => {
  const secret = instanceSecret(undefined, path.join(folder, 'new'));
  expect(secret).toHaveLength(43);
  expect(instanceSecret(undefined, path.join(folder, 'new'))).toBe(secret);
  expect(readdirSync(path.join(folder, 'new'))).toEqual(['secret.key']);
  expect(statSync(path.join(folder, 'new/secret.key')).mode & 0o777).toBe(0o600);
});

test('a configured secret needs no file', () => {
  expect(instanceSecret('a configured secret', folder)).toBe('a configured secret');
  expect(readdirSync(folder)).toEqual([]);
});
