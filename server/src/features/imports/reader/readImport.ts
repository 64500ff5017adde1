import type { ImportedChat } from '../formats/importedChat.ts';
import type { ImportBounds } from './bounds.ts';
import { UnreadableFile, type Failure, type ImportEvent } from './importEvents.ts';
import { countElements, elementsOf } from './jsonElements.ts';
import type { JsonFile } from './jsonFile.ts';
import { characterCount } from './messageSlices.ts';
import { ConversationReader } from './readConversation.ts';
import { openUpload } from './uploadFiles.ts';

/** Characters of messages in one batch. The receiver has other work to do between batches. */
const batchCharacters = 500_000;
const batchEntries = 200;

/** Collects chats and failures until the batch is full. */
class Batch {
  #chats: ImportedChat[] = [];
  #failures: Failure[] = [];
  #characters = 0;

  add(chat: ImportedChat): void {
    this.#chats.push(chat);
    for (const message of chat.messages) this.#characters += characterCount(message);
  }

  fail(failure: Failure): void {
    this.#failures.push(failure);
  }

  get isFull(): boolean {
    const entries = this.#chats.length + this.#failures.length;
    return this.#characters >= batchCharacters || entries >= batchEntries;
  }

  /** Yields the batch as an event unless it is empty, and starts a new one. */
  *take(): Generator<ImportEvent> {
    const [chats, failures] = [this.#chats, this.#failures];
    this.#chats = [];
    this.#failures = [];
    this.#characters = 0;
    if (chats.length + failures.length > 0) yield { kind: 'batch', chats, failures };
  }
}

export interface ReaderTask {
  path: string;
  /** The user's name for the file. */
  name: string;
  /** Replaces missing dates. */
  now: number;
  bounds: ImportBounds;
}

interface Progress {
  elements: number;
  /** If nothing of the only file can be read, the whole upload is refused. */
  isOnlyFile: boolean;
}

async function* readFile(
  file: JsonFile,
  { now, bounds }: ReaderTask,
  progress: Progress,
): AsyncGenerator<ImportEvent> {
  const reader = new ConversationReader(now);
  const batch = new Batch();
  try {
    for await (const element of elementsOf(file.chunks(), bounds.conversation)) {
      if (++progress.elements > bounds.conversations) {
        const most = bounds.conversations.toLocaleString('en');
        throw new UnreadableFile(`It has more than ${most} chats. The others were not imported.`);
      }
      const result = reader.read(element);
      if ('chat' in result) batch.add(result.chat);
      else batch.fail({ title: result.title || `Chat ${progress.elements}`, reason: result.reason });
      if (batch.isFull) yield* batch.take();
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (progress.isOnlyFile && progress.elements === 0) throw error;
    batch.fail({ title: file.name, reason: error.message });
  }
  yield* batch.take();
}

/**
 * Yields the chats of an upload in batches. Holds one batch and one conversation in memory, regardless of the size
 * of the upload. Throws `UnreadableFile` if nothing can be read.
 */
export async function* readImport(task: ReaderTask): AsyncGenerator<ImportEvent> {
  const upload = await openUpload(task.path, task.name, task.bounds);
  try {
    let total = upload.failures.length;
    for (const file of upload.files) total += await countElements(file.chunks());
    yield { kind: 'total', total };
    if (upload.failures.length > 0) yield { kind: 'batch', chats: [], failures: upload.failures };
    const progress = { elements: 0, isOnlyFile: upload.files.length + upload.failures.length === 1 };
    for (const file of upload.files) yield* readFile(file, task, progress);
  } finally {
    upload.close();
  }
}
