import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { JsonFiles } from './jsonFile.ts';
import { openZipExport, type ZipBounds } from './zipExport.ts';

/** Bytes read at a time: little memory, and few reads. */
const chunkBytes = 262_144;

const zipMagic = Buffer.from('PK');

async function isZip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const start = Buffer.alloc(zipMagic.length);
    await handle.read(start, 0, start.length, 0);
    return start.equals(zipMagic);
  } finally {
    await handle.close();
  }
}

/** Opens an upload: a JSON file, or a ZIP file of them. The first bytes decide, because names and types may be wrong. */
export async function openUpload(file: string, name: string, bounds: ZipBounds): Promise<JsonFiles> {
  if (await isZip(file)) return openZipExport(file, bounds);
  const chunks = () => createReadStream(file, { highWaterMark: chunkBytes });
  return { files: [{ name, chunks }], failures: [], close: () => undefined };
}
