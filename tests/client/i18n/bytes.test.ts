import { expect, test } from '@jest/globals';
import { formatBytes } from '../../../client/src/i18n/bytes.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [1_550, '1.6 kB'],
  [999_949, '999.9 kB'],
  [999_999, '1 MB'],
  [1_234_567_890, '1.2 GB'],
  [5e15, '5,000 TB'],
])('%d is shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
