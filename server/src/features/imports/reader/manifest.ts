import { asList, asRecord, asText, cut } from '../formats/untrusted.ts';

/** The file that says of which files a large ChatGPT export consists. */
export const manifestName = 'export_manifest.json';

/** More shards than any export has. */
const shardsMax = 10_000;

/** Names of the files that hold the conversations; empty when the manifest does not say. */
export function shardsIn(manifest: unknown): string[] {
  const logical = asRecord(asRecord(manifest).logical_files);
  const files = asList(asRecord(logical['conversations.json']).files);
  const names = files.slice(0, shardsMax).map((name) => fileName(asText(name)));
  return [...new Set(names)].filter((name) => name !== '');
}

/** More than any file system takes. */
const nameMax = 255;

/** The last part of a path. Folders of an archive mean nothing here: nothing is ever written under its names. */
export const fileName = (path: string): string =>
  cut(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1), nameMax);
