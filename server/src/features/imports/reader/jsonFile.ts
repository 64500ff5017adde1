import type { Failure } from './importEvents.ts';

/** A JSON file with conversations. */
export interface JsonFile {
  /** For people, when something is wrong with it. */
  name: string;
  /** May be called more than once; reads from the start each time. Throws `UnreadableFile`. */
  chunks(): AsyncIterable<Buffer>;
}

/** What an upload consists of. Open until `close`. */
export interface JsonFiles {
  files: JsonFile[];
  /** Files that should be there and are not, or must not be opened. */
  failures: Failure[];
  close(): void;
}
