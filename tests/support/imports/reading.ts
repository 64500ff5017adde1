import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { importBounds, type ImportBounds } from '../../../server/src/features/imports/reader/bounds.ts';
import type { Failure, ImportEvent } from '../../../server/src/features/imports/reader/importEvents.ts';
import { readImport, type ReaderTask } from '../../../server/src/features/imports/reader/readImport.ts';
import type { ImportedChat } from '../../../server/src/features/imports/formats/importedChat.ts';

/** 2025-06-01, after every date the fixtures use. */
export const now = Date.UTC(2025, 5, 1);

export interface ReadResult {
  total: number | null;
  chats: ImportedChat[];
  failures: Failure[];
}

export async function collect(events: AsyncIterable<ImportEvent>): Promise<ReadResult> {
  const read: ReadResult = { total: null, chats: [], failures: [] };
  for await (const event of events) {
    if (event.kind === 'total') read.total = event.total;
    else {
      read.chats.push(...event.chats);
      read.failures.push(...event.failures);
    }
  }
  return read;
}

/** Calls `use` with a file of this content, and removes the file afterwards. */
export async function withFile<T>(
  content: string | Uint8Array,
  use: (task: ReaderTask) => Promise<T>,
  bounds: Partial<ImportBounds> = {},
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-import-'));
  const file = path.join(folder, 'upload');
  try {
    await writeFile(file, content);
    return await use({ path: file, name: 'export.json', now, bounds: { ...importBounds, ...bounds } });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns everything that is read from an upload of this content. */
export const read = (content: string | Uint8Array, bounds?: Partial<ImportBounds>): Promise<ReadResult> =>
  withFile(content, (task) => collect(readImport(task)), bounds);

/** Returns a ZIP file. Texts are packed unchanged, other values as JSON. */
export function zip(files: Record<string, unknown>): Uint8Array {
  const entries = Object.entries(files).map(([name, content]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return [name, strToU8(text)] as const;
  });
  return zipSync(Object.fromEntries(entries));
}
