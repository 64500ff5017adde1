import type yauzl from 'yauzl';
import type { Failure } from './importEvents.ts';
import type { JsonFile, JsonFiles } from './jsonFile.ts';
import { manifestName, shardsIn } from './manifest.ts';
import { UnreadableFile } from './unreadableFile.ts';
import { jsonEntries, openZip, unpack } from './zipArchive.ts';

export interface ZipBounds {
  /** Entries of the archive, pictures among them. */
  zipEntries: number;
  /** Bytes of all JSON in it together, unpacked. */
  unpackedBytes: number;
  /** Times its packed size that an entry may grow. Conversations pack about 4 times. */
  zipRatio: number;
}

/** Bytes below which an entry may pack better than the ratio: it can do no harm. */
const ratioFreeBytes = 1_000_000;
const manifestBytes = 1_000_000;

const isBomb = ({ uncompressedSize, compressedSize }: yauzl.Entry, { zipRatio }: ZipBounds) =>
  uncompressedSize > ratioFreeBytes && uncompressedSize > compressedSize * zipRatio;

async function listedShards(zip: yauzl.ZipFile, entry: yauzl.Entry | undefined): Promise<string[]> {
  if (!entry || entry.uncompressedSize > manifestBytes) return [];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of unpack(zip, entry)) chunks.push(chunk);
    return shardsIn(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    // Conversations are found by the names of their files as well.
    return [];
  }
}

const isConversations = (name: string) => /^conversations(-\d{1,6})?\.json$/i.test(name);
const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

/** What the manifest lists, then what is named like conversations; in an archive with neither, every JSON file. */
function pick(names: string[], listed: string[]): string[] {
  const named = names.filter(isConversations).sort(byName);
  if (listed.length > 0 || named.length > 0) return [...new Set([...listed, ...named])];
  return names.filter((name) => name !== manifestName).sort(byName);
}

async function conversationsIn(zip: yauzl.ZipFile, bounds: ZipBounds): Promise<JsonFiles> {
  const entries = await jsonEntries(zip, bounds.zipEntries);
  const listed = await listedShards(zip, entries.get(manifestName));
  const files: JsonFile[] = [];
  const failures: Failure[] = [];
  let unpackedBytes = 0;
  for (const name of pick([...entries.keys()], listed)) {
    const entry = entries.get(name);
    if (!entry) {
      failures.push({
        title: name,
        reason: 'The export lists this file, but it is not in the ZIP file. Ask for the export again.',
      });
    } else if (isBomb(entry, bounds)) {
      failures.push({
        title: name,
        reason: 'It would unpack to far more than it can hold, so it was not opened.',
      });
    } else {
      unpackedBytes += entry.uncompressedSize;
      files.push({ name, chunks: () => unpack(zip, entry) });
    }
  }
  if (unpackedBytes > bounds.unpackedBytes) {
    const megabytes = Math.floor(bounds.unpackedBytes / 1_000_000).toLocaleString('en');
    throw new UnreadableFile(`The conversations in the ZIP file are larger than ${megabytes} MB.`);
  }
  if (files.length === 0 && failures.length === 0) {
    throw new UnreadableFile('There are no conversations in the ZIP file.');
  }
  return { files, failures, close: () => zip.close() };
}

/** The conversations in a ZIP file. Nothing is written anywhere, and the paths in it mean nothing. */
export async function openZipExport(file: string, bounds: ZipBounds): Promise<JsonFiles> {
  const zip = await openZip(file);
  try {
    return await conversationsIn(zip, bounds);
  } catch (error) {
    zip.close();
    throw error;
  }
}
