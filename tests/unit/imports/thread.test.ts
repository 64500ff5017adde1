import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { readImport, type ReaderTask } from '../../../server/src/features/imports/reader/readImport.ts';
import { readInThread } from '../../../server/src/features/imports/reader/readInThread.ts';
import { openWebuiChat, openWebuiHistory, openWebuiMessage } from '../../support/imports/conversations.ts';
import { collect, withFile } from '../../support/imports/reading.ts';

/** Contains the built worker, because a thread cannot start from TypeScript. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-reader-'));
  await build({
    entryPoints: ['server/src/features/imports/reader/importReader.worker.ts'],
    outfile: path.join(folder, 'reader.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
  });
});
afterAll(() => rm(folder, { recursive: true }));

const started: Worker[] = [];
const startWith = (memoryMegabytes: number) => (workerData: ReaderTask) => {
  const options = { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } };
  started.push(new Worker(path.join(folder, 'reader.mjs'), options));
  return started.at(-1)!;
};
const hasEnded = (worker: Worker) => worker.threadId === -1;

describe('reading in a thread', () => {
  test('the thread refuses the same files with the same reasons as reading in place', async () => {
    await withFile('Dear diary', async (task) => {
      await expect(collect(readInThread(task, startWith(64)))).rejects.toThrow('This is not a JSON file.');
    });
    expect(hasEnded(started.at(-1)!)).toBe(true);
  });

  test('the thread reports when it runs out of memory, and the process continues', async () => {
    const words = Array.from({ length: 400_000 }, (_, at) => ({ [`key${at}`]: at }));
    await withFile(JSON.stringify([openWebuiChat(), openWebuiChat({ words })]), async (task) => {
      await expect(collect(readInThread(task, startWith(16)))).rejects.toThrow('does not have enough memory');
    });
    expect(hasEnded(started.at(-1)!)).toBe(true);
  });

  test('the thread reports an internal error', async () => {
    await withFile('[]', async (task) => {
      const reading = readInThread({ ...task, path: `${task.path}-gone` }, startWith(64));
      await expect(collect(reading)).rejects.toThrow('Reading it failed on the server.');
    });
  });

  test('an error of the thread after the end of the reading is ignored', async () => {
    const start = (task: ReaderTask) => {
      const worker = startWith(64)(task);
      const terminate = worker.terminate.bind(worker);
      worker.terminate = () => {
        worker.emit('error', new Error('too late'));
        return terminate();
      };
      return worker;
    };
    await withFile(JSON.stringify([openWebuiChat()]), async (task) => {
      expect((await collect(readInThread(task, start))).chats).toHaveLength(1);
    });
  });

  test('the thread yields all chats in several batches', async () => {
    const chats = Array.from({ length: 1_000 }, (_, at) => openWebuiChat({ title: `Chat ${at}` }));
    await withFile(JSON.stringify([...chats, null]), async (task) => {
      const read = await collect(readInThread(task, startWith(64)));
      expect(read.total).toBe(1_001);
      expect(read.chats.map(({ title }) => title)).toEqual(chats.map(({ title }) => title));
      expect(read.failures).toHaveLength(1);
    });
  });

  test('the thread yields long chats completely, between short ones, like reading in place', async () => {
    const long = (title: string, count: number, content: string) => {
      const ids = Array.from({ length: count }, (_, at) => `m${at}`);
      const messages = ids.map((id, at) => openWebuiMessage(id, ids[at - 1] ?? null, { content }));
      return openWebuiChat({ title }, openWebuiHistory(messages));
    };
    const chats = [
      openWebuiChat({ title: 'Short' }),
      long('Many', 2_500, 'x'),
      long('Large', 5, 'x'.repeat(700_000)),
      openWebuiChat({ title: 'Short again' }),
    ];
    await withFile(JSON.stringify([...chats, null]), async (task) => {
      const read = await collect(readInThread(task, startWith(256)));
      expect(read).toEqual(await collect(readImport(task)));
      expect(read.chats.map(({ messages }) => messages.length)).toEqual([2, 2_500, 5, 2]);
    });
  });

  test('the thread ends when the consumer stops', async () => {
    const chats = Array.from({ length: 1_000 }, () => openWebuiChat());
    await withFile(JSON.stringify(chats), async (task) => {
      for await (const event of readInThread(task, startWith(64))) if (event.kind === 'batch') break;
    });
    expect(hasEnded(started.at(-1)!)).toBe(true);
  });
});
