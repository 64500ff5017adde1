import type { ImportedChat } from '../formats/importedChat.ts';

/** A conversation, or a file, that does not come in; both fields are shown to people. */
export interface Failure {
  title: string;
  reason: string;
}

/** What reading an upload tells as it goes on. Plain data: it crosses from one thread to another. */
export type ImportEvent =
  { kind: 'total'; total: number } | { kind: 'batch'; chats: ImportedChat[]; failures: Failure[] };
