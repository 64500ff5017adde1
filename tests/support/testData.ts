import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder of recorded streams and real exports, outside the repository. Tests that need missing data are skipped. */
const root = path.resolve(repository, process.env.TEST_DATA_DIR || '../shared/data');

/** Added to the title of a skipped test. */
export const missingDataHint = `skipped: no test data in ${root}, see TEST_DATA_DIR`;

/** Returns the path of a folder with test data, or undefined when it does not exist. */
export function testDataFolder(name: 'conversations' | 'streams'): string | undefined {
  const folder = path.join(root, name);
  return existsSync(folder) ? folder : undefined;
}
