import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { truncate } from '../formats/untrusted.ts';
import { UnreadableFile } from './importEvents.ts';

const damaged = () => new UnreadableFile('The ZIP file is damaged or incomplete. Download it again.');
// Errors reach the code that waits for an entry or a chunk. A later one must not end the process.
const ignore = () => undefined;

const openArchive = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/** Opens an archive; the caller closes it. Throws `UnreadableFile`. */
export async function openZip(file: string): Promise<yauzl.ZipFile> {
  try {
    // Names stay bytes: decoding them would reject the whole archive for one invalid path, and paths are not used.
    const zip = await openArchive(file, { autoClose: false, lazyEntries: true, decodeStrings: false });
    return zip.on('error', ignore);
  } catch {
    throw damaged();
  }
}

/** Characters. No file system allows longer names. */
const nameMax = 255;

/** Returns the last part of a path. Folders of an archive are ignored: nothing is written under its names. */
export const fileName = (path: string): string =>
  truncate(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1), nameMax);

/** Returns all JSON files by file name; the first one of a name counts. Reads only the directory of the archive. */
export async function jsonEntries(zip: yauzl.ZipFile, entriesMax: number): Promise<Map<string, yauzl.Entry>> {
  if (zip.entryCount > entriesMax) {
    throw new UnreadableFile(
      `The ZIP file has more than ${entriesMax.toLocaleString('en')} entries. Import it in parts.`,
    );
  }
  const entries = new Map<string, yauzl.Entry>();
  for (let read = 0; read < zip.entryCount; read++) {
    const next = once(zip, 'entry').catch(() => Promise.reject(damaged()));
    zip.readEntry();
    const [entry] = (await next) as [yauzl.Entry];
    const name = fileName(entry.fileName.toString());
    // Archives made on a Mac contain a metadata file for every file, with a name that starts with a dot.
    if (/\.json$/i.test(name) && !name.startsWith('.') && !entries.has(name)) entries.set(name, entry);
  }
  return entries;
}

async function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  try {
    const stream = await promisify<yauzl.Entry, Readable>(zip.openReadStream.bind(zip))(entry);
    return stream.on('error', ignore);
  } catch {
    throw new UnreadableFile(
      entry.isEncrypted() ? 'It is protected by a password.' : 'It is damaged inside the ZIP file.',
    );
  }
}

/** Unpacks one entry, at most to the size that the archive states. Throws `UnreadableFile`. */
export async function* unpack(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Buffer> {
  const stream = await openEntry(zip, entry);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const step = await chunks.next().catch(() => {
        throw new UnreadableFile('It is damaged inside the ZIP file. Everything before that was imported.');
      });
      if (step.done) return;
      yield step.value;
    }
  } finally {
    stream.destroy();
  }
}
