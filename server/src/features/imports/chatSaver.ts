import { isOutOfSpace } from '../../platform/db/dbErrors.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { rowBytes, type StorageSpace } from '../chats/chats.contract.ts';
import type { ImportedChat } from './formats/importedChat.ts';
import type { ImportReport } from './importReport.ts';
import type { ImportQueries } from './imports.queries.ts';

/** Messages of small chats written in one transaction. Each commit waits for the disk; SQLite writes these in about 10 ms. */
const messagesPerTransaction = 100;

interface Target {
  imports: ImportQueries;
  ownerId: string;
  report: ImportReport;
  space: StorageSpace;
}

/** Yields groups of small chats that are saved together. A large chat forms a separate group. */
export function* groupChats(chats: ImportedChat[]): Generator<ImportedChat[]> {
  let group: ImportedChat[] = [];
  let messages = 0;
  for (const chat of chats) {
    if (group.length > 0 && messages + chat.messages.length > messagesPerTransaction) {
      yield group;
      group = [];
      messages = 0;
    }
    group.push(chat);
    messages += chat.messages.length;
  }
  if (group.length > 0) yield group;
}

/** Returns the storage of the chat, counted in characters: it takes at least this many bytes. */
const sizeOf = ({ messages }: ImportedChat): number =>
  messages.reduce(
    (sum, { content, reasoning }) => sum + rowBytes.message + content.length + (reasoning?.length ?? 0),
    rowBytes.chat,
  );

/**
 * Saves the chats in one transaction, or one by one if that fails: each chat is imported completely or not at all. Throws
 * when the disk or the person's storage is full.
 */
export async function saveChats(platform: Platform, target: Target, chats: ImportedChat[]): Promise<void> {
  const { report, space } = target;
  try {
    const saved = await platform.store.tx(() => insertChats(target, chats));
    space.use(saved.bytes);
    report.imported += saved.chats;
    report.skipped += chats.length - saved.chats;
  } catch (error) {
    if (isOutOfSpace(error)) throw error;
    if (chats.length > 1) {
      for (const chat of chats) await saveChats(platform, target, [chat]);
      return;
    }
    if (error instanceof DomainError) throw error;
    platform.log.error({ err: error }, 'saving an imported chat failed');
    report.fail({ title: chats[0]!.title, reason: 'It could not be saved. Try again later.' });
  }
}

/** Inside a transaction. */
async function insertChats({ imports, ownerId, space }: Target, chats: ImportedChat[]) {
  const saved = { chats: 0, bytes: 0 };
  for (const chat of chats) {
    if (!(await imports.insert(ownerId, chat))) continue;
    saved.chats++;
    saved.bytes += sizeOf(chat);
    space.require(saved.bytes);
  }
  return saved;
}
