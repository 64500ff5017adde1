import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { whenBuilt } from '../support/serverProcess.ts';
import { readOptions } from '../load/options.ts';
import type { Result } from '../load/report.ts';

const run = promisify(execFile);
const load = (...args: string[]) => run(process.execPath, ['--import', 'tsx', 'tests/load/load.ts', ...args]);
/** Milliseconds: it builds a database, starts a server and uses it for a while, on a machine that does other things too. */
const patienceMs = 240_000;

whenBuilt('the load test', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-load-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test(
    'measures a small instance that nothing fails on, and leaves only the seeded database',
    async () => {
      const size = ['--people', '8', '--messages', '2000', '--links', '200'];
      const use = ['--rate', '5', '--streams', '3', '--tokens', '20', '--warm-up', '0', '--minutes', '0.2'];
      const { stdout } = await load('--json', '--data', folder, ...size, ...use);
      const result = JSON.parse(stdout) as Result;

      expect(result.requests).toBeGreaterThan(20);
      expect(result.failures).toEqual([]);
      expect(result).toMatchObject({ failed: 0, skipped: 0 });
      expect(result.signIns.count).toBe(8);
      expect(result.streams.complete).toBeGreaterThan(0);
      expect(result.streams).toMatchObject({ unfinished: 0, wrongText: 0, gapsInOffsets: 0, disconnects: 0 });
      expect(result.nodes[0]!.lag.count).toBeGreaterThan(0);
      expect(result.bar.find(({ name }) => name === 'failed requests')!.met).toBe(true);
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^seed-.*\.db$/)]);
    },
    patienceMs,
  );

  test('ends with 2 and the reason when an argument is wrong', async () => {
    const stderr = expect.stringMatching(/^--streams must not exceed --people\.\n$/);
    await expect(load('--streams', '9', '--people', '8')).rejects.toMatchObject({ code: 2, stderr });
  });

  test.each([
    [['--links', '2000', '--messages', '10000'], /--links must not exceed a tenth of --messages/],
    [['--nodes', '2'], /Several nodes need --postgres and --redis/],
    [['--rate', 'fast'], /--rate must be a number of at least 1/],
    [['--unknown'], /Unknown option '--unknown'/],
  ])('refuses the arguments %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(reason);
  });
});
