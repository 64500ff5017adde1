import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventJoiner, type MessagesPart } from './eventParts.ts';
import { UnreadableFile, type ImportEvent } from './importEvents.ts';
import { readImport, type ReaderTask } from './readImport.ts';

export type ReaderMessage =
  ImportEvent | MessagesPart | { kind: 'end' } | { kind: 'unreadable'; reason: string };

/** Megabytes of memory for the reader. The largest allowed conversation needs about half of it. */
const memoryMegabytes = 768;

// The build puts every worker into a separate file beside the bundle that contains this file.
const entry = new URL('./importReader.worker.js', import.meta.url);

const startWorker = (workerData: ReaderTask): Worker =>
  new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } });

/** The error of a reader that failed before the end of the file, because of a bug or the file. The server continues. */
function readerFailed(error: unknown): UnreadableFile {
  const { code } = error as { code?: unknown };
  return new UnreadableFile(
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'The server does not have enough memory to read it. Everything before that was imported. Split the file and try again.'
      : 'Reading it failed on the server. Everything before that was imported. Tell your admin.',
    { cause: error },
  );
}

/** Like `readImport`, in a thread that ends with the reading. Throws `UnreadableFile`. */
export async function* readInThread(task: ReaderTask, start = startWorker): AsyncGenerator<ImportEvent> {
  const worker = start(task);
  // The loop below receives errors. One that arrives while the thread terminates must not end the process.
  worker.on('error', () => undefined);
  const joiner = new EventJoiner();
  try {
    for await (const [message] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<
      [ReaderMessage]
    >) {
      if (message.kind === 'end') return;
      if (message.kind === 'unreadable') throw new UnreadableFile(message.reason);
      const event = joiner.join(message);
      if (event) yield event;
      worker.postMessage('taken');
    }
    throw new Error('The reader ended early.');
  } catch (error) {
    throw error instanceof UnreadableFile ? error : readerFailed(error);
  } finally {
    await worker.terminate();
  }
}

/**
 * Reads an upload: in a separate thread in the built server, in the same thread in development and tests, because a thread
 * cannot start from a TypeScript file.
 */
export const readUpload = import.meta.url.endsWith('.ts') ? readImport : readInThread;
export type ReadUpload = typeof readImport;
