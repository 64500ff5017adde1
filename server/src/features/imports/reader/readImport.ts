import type { ImportedChat } from '../formats/importedChat.ts';
import type { ImportBounds } from './bounds.ts';
import { countElements, elementsOf } from './jsonElements.ts';
import type { Failure, ImportEvent } from './importEvents.ts';
import type { JsonFile } from './jsonFile.ts';
import { openUpload } from './uploadFiles.ts';
import { ConversationReader } from './readConversation.ts';
import { characterCount } from './messageSlices.ts';
import { UnreadableFile } from './unreadableFile.ts';

/** Characters of messages handed on at once; what takes them has other things to do as well. */
const batchCharacters = 500_000;
const batchEntries = 200;

/** Gathers what was read until it is worth handing on. */
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

  /** The batch as an event, if there is anything in it; it starts anew. */
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
  /** Of the file, as the person who chose it knows it. */
  name: string;
  /** Stands in for dates that are missing. */
  now: number;
  bounds: ImportBounds;
}

/** How far reading an upload has come. */
interface Progress {
  elements: number;
  /** There is no other file: when nothing can be read of it, the upload is not what it should be. */
  isOnlyFile: boolean;
}

async function* readFile(file: JsonFile, now: number, bounds: ImportBounds, progress: Progress) {
  const reader = new ConversationReader(now);
  const batch = new Batch();
  try {
    for await (const element of elementsOf(file.chunks(), bounds.conversation)) {
      if (++progress.elements > bounds.conversations) {
        const most = bounds.conversations.toLocaleString('en');
        throw new UnreadableFile(`It has more than ${most} conversations. The others were not read.`);
      }
      const outcome = reader.read(element);
      if ('chat' in outcome) batch.add(outcome.chat);
      else
        batch.fail({ title: outcome.title || `Conversation ${progress.elements}`, reason: outcome.reason });
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
 * Everything an upload holds, in batches, each conversation checked and in our own words. Memory holds one batch and
 * one conversation, whatever the size of the upload. Throws `UnreadableFile` when there is nothing to read at all.
 */
export async function* readImport({ path, name, now, bounds }: ReaderTask): AsyncGenerator<ImportEvent> {
  const upload = await openUpload(path, name, bounds);
  try {
    let total = upload.failures.length;
    for (const file of upload.files) total += await countElements(file.chunks());
    yield { kind: 'total', total };
    if (upload.failures.length > 0) yield { kind: 'batch', chats: [], failures: upload.failures };
    const progress = { elements: 0, isOnlyFile: upload.files.length + upload.failures.length === 1 };
    for (const file of upload.files) yield* readFile(file, now, bounds, progress);
  } finally {
    upload.close();
  }
}
