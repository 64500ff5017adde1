import { limits } from '#shared/limits';
import type { ElementBounds } from './jsonScanner.ts';
import type { ZipBounds } from './zipExport.ts';

/** Limits for reading one upload. */
export interface ImportBounds extends ZipBounds {
  conversation: ElementBounds;
  /** Conversations per upload, so that reading a file of very many empty values ends. */
  conversations: number;
}

export const importBounds: ImportBounds = {
  conversation: { bytes: limits.importConversationBytes, depth: 200, values: 3_000_000 },
  conversations: 100_000,
  zipEntries: 20_000,
  jsonFiles: 5_000,
  unpackedBytes: limits.importUnpackedBytes,
  zipRatio: 200,
};

/** Bytes of an upload that does not wait for larger ones, if it is an archive within `smallImportBounds`. */
export const smallUploadBytes = 1_000_000;

/** What a reader for small uploads opens: less than a second of work. A larger archive is refused at once. */
export const smallImportBounds: ImportBounds = {
  ...importBounds,
  zipEntries: 1_000,
  jsonFiles: 100,
  unpackedBytes: 4_000_000,
};
