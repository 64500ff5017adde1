import { limits } from '#shared/limits';

interface PageRequest {
  cursor?: string;
  limit: number;
}
interface Page<Row> {
  items: Row[];
  nextCursor: string | null;
}
export type ReadPage<Row> = (request: PageRequest, signal: AbortSignal) => Promise<Page<Row>>;

/** Rows of an ordinary page; fills a tall screen. */
const pageSize = 50;

/**
 * A list that is read page by page. Rows are told apart by `id`: one that moved to another page while the list was
 * being read is shown once. Of several reads only the latest counts.
 */
export class PagedList<Row extends { id: string }> {
  #items = $state.raw<readonly Row[]>([]);
  #cursor = $state.raw<string | null>(null);
  #loading = $state(false);
  #loaded = $state(false);
  #error = $state.raw<unknown>(null);
  #reading: AbortController | null = null;
  readonly #readPage: ReadPage<Row>;

  constructor(readPage: ReadPage<Row>) {
    this.#readPage = readPage;
  }

  get items(): readonly Row[] {
    return this.#items;
  }
  /** The first page has been read. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get loading(): boolean {
    return this.#loading;
  }
  get hasMore(): boolean {
    return this.#cursor !== null;
  }
  /** Why the list could not be read; null while it can. */
  get error(): unknown {
    return this.#error;
  }

  /** Reads the first page anew; the former rows stay until it is there. Failures are told by `error`. */
  async load(): Promise<void> {
    await this.#replace(pageSize);
  }

  /** Reads as many rows anew as there are, so that nobody loses their place. */
  async refresh(): Promise<void> {
    await this.#replace(Math.max(pageSize, this.#items.length));
  }

  /** Adds the next page. Rejects when it cannot be read. */
  async loadMore(): Promise<void> {
    if (this.#cursor === null || this.#loading) return;
    const cursor = this.#cursor;
    await this.#alone(async (signal) => {
      const page = await this.#readPage({ cursor, limit: pageSize }, signal);
      signal.throwIfAborted();
      this.#take(page, this.#items);
    });
  }

  /** Changes rows in place: `list.edit((rows) => rows.filter(…))`. */
  edit(change: (rows: readonly Row[]) => readonly Row[]): void {
    this.#items = change(this.#items);
  }

  /** Puts a changed row where its former self stands; one that is not in the list stays out. */
  put(row: Row): void {
    this.edit((rows) => rows.map((other) => (other.id === row.id ? row : other)));
  }

  remove(id: string): void {
    this.edit((rows) => rows.filter((row) => row.id !== id));
  }

  /** Stops reading and forgets everything. */
  reset(): void {
    this.#reading?.abort();
    this.#items = [];
    this.#cursor = null;
    this.#loading = false;
    this.#loaded = false;
    this.#error = null;
  }

  async #replace(wanted: number): Promise<void> {
    try {
      await this.#alone(async (signal) => {
        let rows: readonly Row[] = [];
        let page: Page<Row> = { items: [], nextCursor: null };
        do {
          const limit = Math.min(limits.pageSizeMax, wanted - rows.length);
          const cursor = page.nextCursor ?? undefined;
          page = await this.#readPage({ limit, ...(cursor && { cursor }) }, signal);
          signal.throwIfAborted();
          rows = merged(rows, page.items);
        } while (page.nextCursor !== null && rows.length < wanted && page.items.length > 0);
        this.#take({ items: [], nextCursor: page.nextCursor }, rows);
      });
    } catch (error) {
      this.#error = error;
    }
  }

  /** Ends the read before it, and runs `read` unless it is ended in turn. */
  async #alone(read: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    this.#loading = true;
    try {
      await read(reading.signal);
    } catch (error) {
      if (!reading.signal.aborted) throw error;
    } finally {
      if (this.#reading === reading) this.#loading = false;
    }
  }

  #take(page: Page<Row>, before: readonly Row[]): void {
    this.#items = merged(before, page.items);
    this.#cursor = page.nextCursor;
    this.#loaded = true;
    this.#error = null;
  }
}

/** The rows with those of the next page that are new. */
function merged<Row extends { id: string }>(rows: readonly Row[], next: readonly Row[]): readonly Row[] {
  const known = new Set(rows.map(({ id }) => id));
  return [...rows, ...next.filter(({ id }) => !known.has(id))];
}
