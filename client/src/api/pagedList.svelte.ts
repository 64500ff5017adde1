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

/** Rows per page; enough to fill a tall screen. */
const pageSize = 50;

/**
 * A list that is read page by page.
 * Consistency: rows are identified by `id`, so a row that moved to another page during reading appears once. When
 * reads overlap, only the latest one counts.
 */
export class PagedList<Row extends { id: string }> {
  #items = $state.raw<readonly Row[]>([]);
  #cursor = $state.raw<string | null>(null);
  #loading = $state(false);
  #loaded = $state(false);
  #error = $state.raw<unknown>(null);
  #currentRead: AbortController | null = null;
  readonly #readPage: ReadPage<Row>;

  constructor(readPage: ReadPage<Row>) {
    this.#readPage = readPage;
  }

  get items(): readonly Row[] {
    return this.#items;
  }
  /** Whether the first page has been read. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get loading(): boolean {
    return this.#loading;
  }
  get hasMore(): boolean {
    return this.#cursor !== null;
  }
  /** Why the last read of the list failed; null when it succeeded. */
  get error(): unknown {
    return this.#error;
  }

  /** Reads the first page again; the old rows are kept until it has arrived. A failure sets `error`. */
  async load(): Promise<void> {
    await this.#reload(pageSize);
  }

  /** Reads as many rows again as the list has, so that the scroll position remains valid. */
  async refresh(): Promise<void> {
    await this.#reload(Math.max(pageSize, this.#items.length));
  }

  /** Appends the next page. Rejects when it cannot be read. */
  async loadMore(): Promise<void> {
    if (this.#cursor === null || this.#loading) return;
    const cursor = this.#cursor;
    await this.#runLatest(async (signal) => {
      const page = await this.#readPage({ cursor, limit: pageSize }, signal);
      signal.throwIfAborted();
      this.#append(this.#items, page);
    });
  }

  /** Changes the rows without reading them again: `list.edit((rows) => rows.filter(…))`. */
  edit(change: (rows: readonly Row[]) => readonly Row[]): void {
    this.#items = change(this.#items);
  }

  /** Replaces the row with the same id; does nothing when the list has no such row. */
  put(row: Row): void {
    this.edit((rows) => rows.map((other) => (other.id === row.id ? row : other)));
  }

  remove(id: string): void {
    this.edit((rows) => rows.filter((row) => row.id !== id));
  }

  /** Cancels the current read and clears the list. */
  reset(): void {
    this.#currentRead?.abort();
    this.#items = [];
    this.#cursor = null;
    this.#loading = false;
    this.#loaded = false;
    this.#error = null;
  }

  async #reload(count: number): Promise<void> {
    try {
      await this.#runLatest(async (signal) => {
        let rows: readonly Row[] = [];
        let page: Page<Row> = { items: [], nextCursor: null };
        do {
          const limit = Math.min(limits.pageSizeMax, count - rows.length);
          const cursor = page.nextCursor ?? undefined;
          page = await this.#readPage({ limit, ...(cursor && { cursor }) }, signal);
          signal.throwIfAborted();
          rows = withoutDuplicates(rows, page.items);
        } while (page.nextCursor !== null && rows.length < count && page.items.length > 0);
        this.#append(rows, { items: [], nextCursor: page.nextCursor });
      });
    } catch (error) {
      this.#error = error;
    }
  }

  /** Cancels the previous read and runs `read`, which the next read cancels in turn. */
  async #runLatest(read: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#currentRead?.abort();
    const current = new AbortController();
    this.#currentRead = current;
    this.#loading = true;
    try {
      await read(current.signal);
    } catch (error) {
      if (!current.signal.aborted) throw error;
    } finally {
      if (this.#currentRead === current) this.#loading = false;
    }
  }

  #append(rows: readonly Row[], page: Page<Row>): void {
    this.#items = withoutDuplicates(rows, page.items);
    this.#cursor = page.nextCursor;
    this.#loaded = true;
    this.#error = null;
  }
}

/** Returns the rows followed by those of the next page that are not among them. */
function withoutDuplicates<Row extends { id: string }>(
  rows: readonly Row[],
  next: readonly Row[],
): readonly Row[] {
  const ids = new Set(rows.map(({ id }) => id));
  return [...rows, ...next.filter(({ id }) => !ids.has(id))];
}
