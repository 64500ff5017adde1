import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { fileName } from './manifest.ts';
import { UnreadableFile } from './unreadableFile.ts';

const damaged = () => new UnreadableFile('The ZIP file is damaged or not complete. Download it again.');
// Its errors reach whoever waits for an entry or a chunk; one that comes later must not end the process.
const ignore = () => undefined;

const openArchive = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/** Opens an archive; the caller closes it. Throws `UnreadableFile`. */
export async function openZip(file: string): Promise<yauzl.ZipFile> {
  try {
    // Names stay bytes: decoding them would refuse a whole archive for one odd path, and paths are not used here.
    const zip = await openArchive(file, { autoClose: false, lazyEntries: true, decodeStrings: false });
    return zip.on('error', ignore);
  } catch {
    throw damaged();
  }
}

/** All JSON files by their names without folders; the first of a name counts. Reads the directory only. */
export async function jsonEntries(zip: yauzl.ZipFile, entriesMax: number): Promise<Map<string, yauzl.Entry>> {
  if (zip.entryCount > entriesMax) {
    throw new UnreadableFile(`The ZIP file has more than ${entriesMax.toLocaleString('en')} entries.`);
  }
  const found = new Map<string, yauzl.Entry>();
  for (let read = 0; read < zip.entryCount; read++) {
    const next = once(zip, 'entry').catch(() => Promise.reject(damaged()));
    zip.readEntry();
    const [entry] = (await next) as [yauzl.Entry];
    const name = fileName(entry.fileName.toString());
    // Archives made on a Mac carry a shadow of every file, named with a dot.
    if (/\.json$/i.test(name) && !name.startsWith('.') && !found.has(name)) found.set(name, entry);
  }
  return found;
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

/** Unpacks one entry, and never to more than the archive said. Throws `UnreadableFile`. */
export async function* unpack(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Buffer> {
  const stream = await openEntry(zip, entry);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const step = await chunks.next().catch(() => {
        throw new UnreadableFile(
          'It is damaged inside the ZIP file. What came before the damage was imported.',
        );
      });
      if (step.done) return;
      yield step.value;
    }
  } finally {
    stream.destroy();
  }
}
