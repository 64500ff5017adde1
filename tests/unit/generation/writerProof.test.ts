import { afterEach, expect, jest, test } from '@jest/globals';
import { WriterProof } from '../../../server/src/features/generation/writerProof.ts';

let now = 0;
jest.spyOn(performance, 'now').mockImplementation(() => now);
afterEach(() => {
  now = 0;
});

test('a proof counts from the beginning of its query, for a short time', async () => {
  const proof = new WriterProof(true);
  expect(proof.isMissing).toBe(true);
  await proof.from(() => {
    now = 2_000;
    return Promise.resolve('row');
  });
  expect(proof.isMissing).toBe(false);
  now = 3_001;
  expect(proof.isMissing).toBe(true);
});

test('a query without a row proves nothing', async () => {
  const proof = new WriterProof(true);
  expect(await proof.from(() => Promise.resolve(undefined))).toBeUndefined();
  expect(proof.isMissing).toBe(true);
});

test('a single node needs no proof', () => {
  expect(new WriterProof(false).isMissing).toBe(false);
});
