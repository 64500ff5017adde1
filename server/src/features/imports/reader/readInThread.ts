import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ImportEvent } from './importEvents.ts';
import { EventJoiner, type MessagesPart } from './eventParts.ts';
import type { ReaderTask } from './readImport.ts';
import { UnreadableFile } from './unreadableFile.ts';

export type ReaderMessage = ImportEvent | MessagesPart | { kind: 'end' } | { kind: 'unreadable'; reason: string };

/** Megabytes of the reader's own memory. The largest conversation that is let in needs about half of it. */
const memoryMegabytes = 768;

// The build makes every worker a file of its own beside the bundle this file becomes part of.
const entry = new URL('./importReader.worker.js', import.meta.url);

const startWorker = (workerData: ReaderTask): Worker =>
  new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } });

/** The reader ended before the file did. Our fault or the file's: either way the server goes on. */
function broken(error: unknown): UnreadableFile {
  const { code } = error as { code?: unknown };
  return new UnreadableFile(
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'Reading it needs more memory than there is. What came before was imported; split the file and try again.'
      : 'Reading it failed on the server. What came before was imported; tell your admin.',
    { cause: error },
  );
}

/** Reads in a thread of its own, which ends with the reading, however that ends. Throws `UnreadableFile`. */
export async function* readInThread(task: ReaderTask, start = startWorker): AsyncGenerator<ImportEvent> {
  const worker = start(task);
  // Errors reach the loop below; one that comes while the thread is being ended must not end the process.
  worker.on('error', () => undefined);
  const parts = new EventJoiner();
  try {
    for await (const [message] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<
      [ReaderMessage]
    >) {
      if (message.kind === 'end') return;
      if (message.kind === 'unreadable') throw new UnreadableFile(message.reason);
      const event = parts.join(message);
      if (event) yield event;
      worker.postMessage('taken');
    }
    throw new Error('The reader ended early.');
  } catch (error) {
    throw error instanceof UnreadableFile ? error : broken(error);
  } finally {
    await worker.terminate();
  }
}
