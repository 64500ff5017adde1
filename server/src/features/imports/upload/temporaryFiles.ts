import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../../platform/ids.ts';

const prefix = 'import-';

/** Files that exist only while they are used. Their names are generated: no part of an upload becomes a path. */
export class TemporaryFiles {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = path.join(dataDir, 'tmp');
  }

  /** Removes files of an earlier process that was killed. */
  async clean(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const names = await readdir(this.#folder);
    await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => this.#remove(name)));
  }

  /** Calls `use` with an unused path, and removes the file afterwards. */
  async using<T>(use: (path: string) => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true });
    const name = prefix + newId();
    try {
      return await use(path.join(this.#folder, name));
    } finally {
      await this.#remove(name);
    }
  }

  async #remove(name: string): Promise<void> {
    await rm(path.join(this.#folder, name), { force: true });
  }
}
