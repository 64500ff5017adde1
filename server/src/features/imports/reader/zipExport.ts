import type yauzl from 'yauzl';
import { asList, asRecord, asText } from '../formats/untrusted.ts';
import { UnreadableFile, type Failure } from './importEvents.ts';
import type { JsonFile, JsonFiles } from './jsonFile.ts';
import { fileName, jsonEntries, openZip, unpack } from './zipArchive.ts';

export interface ZipBounds {
  /** Entries of the archive, including images. */
  zipEntries: number;
  /** Files with chats. Opening one takes about as long as reading 50 KB of it. */
  jsonFiles: number;
  /** Bytes of all its JSON files together, unpacked. */
  unpackedBytes: number;
  /** Largest ratio of unpacked to packed size of an entry. Conversations have about 4. */
  zipRatio: number;
}

/** Bytes below which the ratio of an entry is not checked: small entries are harmless. */
const ratioFreeBytes = 1_000_000;
const manifestBytes = 1_000_000;

const isBomb = ({ uncompressedSize, compressedSize }: yauzl.Entry, { zipRatio }: ZipBounds) =>
  uncompressedSize > ratioFreeBytes && uncompressedSize > compressedSize * zipRatio;

/** The file that lists the files of a large ChatGPT export. */
const manifestName = 'export_manifest.json';

/** More files than any export has. */
const listedFilesMax = 10_000;

/** Returns the names of the conversation files in a manifest; empty if it lists none. */
function namesIn(manifest: unknown): string[] {
  const logical = asRecord(asRecord(manifest).logical_files);
  const files = asList(asRecord(logical['conversations.json']).files);
  const names = files.slice(0, listedFilesMax).map((name) => fileName(asText(name)));
  return [...new Set(names)].filter((name) => name !== '');
}

async function readManifest(zip: yauzl.ZipFile, entry: yauzl.Entry | undefined): Promise<string[]> {
  if (!entry || entry.uncompressedSize > manifestBytes) return [];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of unpack(zip, entry)) chunks.push(chunk);
    return namesIn(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    // Conversation files are also found by their names.
    return [];
  }
}

const isConversations = (name: string) => /^conversations(-\d{1,6})?\.json$/i.test(name);
const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

/** Returns the listed files, then those named like conversations; if there are neither, all JSON files. */
function selectFiles(names: string[], listed: string[]): string[] {
  const conversations = names.filter(isConversations).sort(byName);
  if (listed.length > 0 || conversations.length > 0) return [...new Set([...listed, ...conversations])];
  return names.filter((name) => name !== manifestName).sort(byName);
}

async function conversationsIn(zip: yauzl.ZipFile, bounds: ZipBounds): Promise<JsonFiles> {
  const entries = await jsonEntries(zip, bounds.zipEntries);
  const listed = await readManifest(zip, entries.get(manifestName));
  const files: JsonFile[] = [];
  const failures: Failure[] = [];
  let unpackedBytes = 0;
  for (const name of selectFiles([...entries.keys()], listed)) {
    const entry = entries.get(name);
    if (!entry) {
      failures.push({
        title: name,
        reason: 'The export lists this file, but the ZIP file does not contain it. Request the export again.',
      });
    } else if (isBomb(entry, bounds)) {
      failures.push({
        title: name,
        reason: 'Its unpacked size is suspiciously large, so it was not opened.',
      });
    } else {
      unpackedBytes += entry.uncompressedSize;
      files.push({ name, chunks: () => unpack(zip, entry) });
    }
  }
  if (files.length > bounds.jsonFiles) {
    const most = bounds.jsonFiles.toLocaleString('en');
    throw new UnreadableFile(`The ZIP file has more than ${most} JSON files. Import it in parts.`);
  }
  if (unpackedBytes > bounds.unpackedBytes) {
    const megabytes = Math.floor(bounds.unpackedBytes / 1_000_000).toLocaleString('en');
    throw new UnreadableFile(`The chats in the ZIP file are larger than ${megabytes} MB.`);
  }
  if (files.length === 0 && failures.length === 0) {
    throw new UnreadableFile('The ZIP file contains no chats.');
  }
  return { files, failures, close: () => zip.close() };
}

/** Opens the conversations in a ZIP file. Nothing is written to disk, and paths in the archive are ignored. */
export async function openZipExport(file: string, bounds: ZipBounds): Promise<JsonFiles> {
  const zip = await openZip(file);
  try {
    return await conversationsIn(zip, bounds);
  } catch (error) {
    zip.close();
    throw error;
  }
}
