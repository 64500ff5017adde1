import type { Failure } from './importEvents.ts';

/** A JSON file that contains conversations. */
export interface JsonFile {
  /** Shown to users if the file cannot be read. */
  name: string;
  /** Reads the file from its start; can be called more than once. Throws `UnreadableFile`. */
  chunks(): AsyncIterable<Buffer>;
}

/** The contents of an upload. Stays open until `close`. */
export interface JsonFiles {
  files: JsonFile[];
  /** Files that are missing, or are not opened for safety. */
  failures: Failure[];
  close(): void;
}
