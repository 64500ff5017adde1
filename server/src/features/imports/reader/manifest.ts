import { asList, asRecord, asText } from '../formats/untrusted.ts';

/** The file that says of which files a large ChatGPT export consists. */
export const manifestName = 'export_manifest.json';

/** More shards than any export has. */
const shardsMax = 10_000;

/** Names of the files that hold the conversations; empty when the manifest does not say. */
export function shardsIn(manifest: unknown): string[] {
  const logical = asRecord(asRecord(manifest).logical_files);
  const files = asList(asRecord(logical['conversations.json']).files);
  const names = files.slice(0, shardsMax).map(asText).map(baseName);
  return [...new Set(names)].filter((name) => name !== '');
}

/** The last part of a path. Folders of an archive mean nothing here: nothing is ever written under its names. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
