import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { JsonFiles } from './jsonFile.ts';
import { openZipExport, type ZipBounds } from './zipExport.ts';

/** Read at a time: small enough to be nothing, large enough that few reads are needed. */
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

/** The upload itself, or what stands in it when it is a ZIP. Its first bytes tell which: names and types can lie. */
export async function openUpload(file: string, name: string, bounds: ZipBounds): Promise<JsonFiles> {
  if (await isZip(file)) return openZipExport(file, bounds);
  const chunks = () => createReadStream(file, { highWaterMark: chunkBytes });
  return { files: [{ name, chunks }], failures: [], close: () => undefined };
}
