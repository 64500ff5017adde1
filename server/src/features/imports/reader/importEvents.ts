import type { ImportedChat } from '../formats/importedChat.ts';

/** A conversation or file that cannot be imported. Both fields are shown to users. */
export interface Failure {
  title: string;
  reason: string;
}

/** What reading an upload reports as it proceeds. Plain data, because it is sent between threads. */
export type ImportEvent =
  { kind: 'total'; total: number } | { kind: 'batch'; chats: ImportedChat[]; failures: Failure[] };

/** A file that cannot be read, or cannot be read further. The message is shown to users. */
export class UnreadableFile extends Error {}
