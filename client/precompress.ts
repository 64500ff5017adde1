import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const textFiles = /\.(html|js|css|svg|json|map|txt|webmanifest)$/;
/** Bytes below which the plain file fits into one network packet anyway. */
const minimumBytes = 1024;

const brotli = (bytes: Buffer): Promise<Buffer> =>
  promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
const gzipBest = (bytes: Buffer): Promise<Buffer> => promisify(gzip)(bytes, { level: 9 });

async function compressFile(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length <= minimumBytes) return;
  const [brotliBytes, gzipBytes] = await Promise.all([brotli(bytes), gzipBest(bytes)]);
  await Promise.all([writeFile(`${file}.br`, brotliBytes), writeFile(`${file}.gz`, gzipBytes)]);
}

/** Writes a .br and a .gz next to every text file of the build, so that the server never compresses them itself. */
export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    async writeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && textFiles.test(entry.name));
      await Promise.all(files.map((entry) => compressFile(path.join(entry.parentPath, entry.name))));
    },
  };
}
