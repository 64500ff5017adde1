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
  zipEntries: 100_000,
  unpackedBytes: limits.importUnpackedBytes,
  zipRatio: 200,
};
