import type { ImportResult } from '#shared/imports';
import { limits } from '#shared/limits';
import type { RealtimeSocket } from '../../api/socket.svelte.ts';
import { ApiError } from '../../api/apiError.ts';
import { newIdempotencyKey } from '../../api/idempotencyKey.ts';
import { socket } from '../../api/socket.svelte.ts';
import { upload } from '../../api/upload.ts';
import { urlOf } from '../../api/url.ts';
import { t } from '../../i18n/t.ts';

/** `fraction` runs from 0 to 1; `total` is null until the server knows it. */
export type ImportState =
  | { phase: 'idle'; notice: string | null; error: string | null }
  | { phase: 'uploading'; name: string; fraction: number }
  | { phase: 'reading'; name: string; done: number; total: number | null }
  | { phase: 'finished'; result: ImportResult };

const bytesPerGigabyte = 1_000_000_000;
const mediaTypes: Readonly<Record<string, string>> = { json: 'application/json', zip: 'application/zip' };

/**
 * Imports files, one at a time.
 *
 * Consistency: after the upload the server reports progress by socket, and the response carries the result. Both are
 * matched to the running import by its id, so that imports of other tabs do not interfere.
 */
export class ImportJob {
  #state = $state.raw<ImportState>({ phase: 'idle', notice: null, error: null });
  #abort: AbortController | null = null;
  #finished = Promise.resolve();
  readonly #socket: Pick<RealtimeSocket, 'on'>;
  readonly #upload: typeof upload;

  constructor(realtime: Pick<RealtimeSocket, 'on'>, send: typeof upload = upload) {
    this.#socket = realtime;
    this.#upload = send;
  }

  get state(): ImportState {
    return this.#state;
  }
  get running(): boolean {
    return this.#abort !== null;
  }

  /** Resolves when the running import has ended, with or without success. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /** Imports a file, unless another import is running. */
  run(file: File): Promise<void> {
    if (!this.running) this.#finished = this.#run(file);
    return this.#finished;
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Returns to the file selection, unless an import is running. */
  reset(): void {
    if (!this.running) this.#setIdle({});
  }

  async #run(file: File): Promise<void> {
    const type = mediaTypes[file.name.split('.').at(-1)?.toLowerCase() ?? ''];
    const error = validateFile(file, type);
    if (error !== null) return this.#setIdle({ error });
    const abort = new AbortController();
    this.#abort = abort;
    const importId = newIdempotencyKey();
    const unsubscribe = this.#socket.on('import:progress', (progress) => {
      if (progress.importId !== importId) return;
      this.#state = { phase: 'reading', name: file.name, done: progress.done, total: progress.total };
    });
    this.#state = { phase: 'uploading', name: file.name, fraction: 0 };
    try {
      const result = await this.#upload(
        urlOf('POST /imports', { query: { importId } }),
        // Operating systems disagree about media types; the server needs the one that matches the file name.
        new File([file], file.name, { type }),
        {
          signal: abort.signal,
          onprogress: (fraction) => this.#setUploadProgress(file.name, fraction),
        },
      );
      // The server validates its response with the schema this type is inferred from.
      this.#state = { phase: 'finished', result: result as ImportResult };
    } catch (failure) {
      if (abort.signal.aborted) this.#setIdle({ notice: t('imports.cancelled') });
      else
        this.#setIdle({ error: failure instanceof ApiError ? failure.message : t('common.somethingFailed') });
    } finally {
      unsubscribe();
      this.#abort = null;
    }
  }

  #setUploadProgress(name: string, fraction: number): void {
    // A progress event of the server may arrive before the last one of the upload.
    if (this.#state.phase !== 'uploading') return;
    this.#state =
      fraction < 1
        ? { phase: 'uploading', name, fraction }
        : { phase: 'reading', name, done: 0, total: null };
  }

  #setIdle({ notice = null, error = null }: { notice?: string | null; error?: string | null }): void {
    this.#state = { phase: 'idle', notice, error };
  }
}

/** Returns why a file cannot be imported, or null. */
function validateFile(file: File, type: string | undefined): string | null {
  if (type === undefined) return t('imports.wrongType');
  if (file.size <= limits.importUploadBytes) return null;
  return t('imports.tooLarge', { limit: limits.importUploadBytes / bytesPerGigabyte });
}

/** The import of this tab. It continues while the dialog that started it is closed. */
export const importJob = new ImportJob(socket);
