import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { splitEvent } from './eventParts.ts';
import { UnreadableFile } from './importEvents.ts';
import { readImport, type ReaderTask } from './readImport.ts';
import type { ReaderMessage } from './readInThread.ts';

// Reads one upload in its own thread, so that neither its size nor its memory use affects the server.
const port = parentPort!;
const post = (message: ReaderMessage) => port.postMessage(message);

try {
  let taken: Promise<unknown> = Promise.resolve();
  for await (const event of readImport(workerData as ReaderTask)) {
    for (const part of splitEvent(event)) {
      // At most one message is unprocessed on the other side while the next is read.
      await taken;
      taken = once(port, 'message');
      post(part);
    }
  }
  await taken;
  post({ kind: 'end' });
} catch (error) {
  if (!(error instanceof UnreadableFile)) throw error;
  post({ kind: 'unreadable', reason: error.message });
} finally {
  port.close();
}
