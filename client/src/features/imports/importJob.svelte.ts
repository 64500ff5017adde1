import type { ImportResult } from '#shared/imports';
import { limits } from '#shared/limits';
import type { RealtimeSocket } from '../../api/socket.svelte.ts';
import { ApiError } from '../../api/apiError.ts';
import { socket } from '../../api/socket.svelte.ts';
import { upload } from '../../api/upload.ts';
import { urlOf } from '../../api/url.ts';
import { t } from '../../i18n/t.ts';
import { newIdempotencyKey } from '../../api/idempotencyKey.ts';

/** Where an import is. `sent` runs from 0 to 1; `total` is null until the server knows it. */
export type ImportState =
  | { at: 'start'; note: string | null; fault: string | null }
  | { at: 'uploading'; name: string; sent: number }
  | { at: 'reading'; name: string; done: number; total: number | null }
  | { at: 'end'; result: ImportResult };

const bytesPerGigabyte = 1_000_000_000;
const types: Readonly<Record<string, string>> = { json: 'application/json', zip: 'application/zip' };

type Send = typeof upload;

/** One import after the other: the file goes up, then the server tells how far it is, then what came of it. */
export class ImportJob {
  #state = $state.raw<ImportState>({ at: 'start', note: null, fault: null });
  #running: AbortController | null = null;
  #done = Promise.resolve();
  readonly #socket: Pick<RealtimeSocket, 'on'>;
  readonly #send: Send;

  constructor(socket: Pick<RealtimeSocket, 'on'>, send: Send = upload) {
    this.#socket = socket;
    this.#send = send;
  }

  get state(): ImportState {
    return this.#state;
  }
  get running(): boolean {
    return this.#running !== null;
  }

  /** Settled when the running import has ended, one way or the other. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Imports a file, unless another import is running. */
  run(file: File): Promise<void> {
    if (!this.#running) this.#done = this.#run(file);
    return this.#done;
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Back to where a file is chosen. */
  startOver(): void {
    if (!this.#running) this.#begin(null, null);
  }

  async #run(file: File): Promise<void> {
    const type = types[file.name.split('.').at(-1)?.toLowerCase() ?? ''];
    const fault = faultOf(file, type);
    if (fault !== null) return this.#begin(null, fault);
    const running = new AbortController();
    this.#running = running;
    const importId = newIdempotencyKey();
    const stopListening = this.#socket.on('import:progress', (progress) => {
      if (progress.importId !== importId) return;
      this.#state = { at: 'reading', name: file.name, done: progress.done, total: progress.total };
    });
    this.#state = { at: 'uploading', name: file.name, sent: 0 };
    try {
      const result = await this.#send(
        urlOf('POST /imports', { query: { importId } }),
        // Systems disagree about the types of files; what the server goes by is what the name says.
        new File([file], file.name, { type }),
        { signal: running.signal, onprogress: (sent) => this.#sent(file.name, sent) },
      );
      // The server parses its answers with the schema this type is made of.
      this.#state = { at: 'end', result: result as ImportResult };
    } catch (error) {
      if (running.signal.aborted) this.#begin(t('imports.cancelled'), null);
      else this.#begin(null, error instanceof ApiError ? error.message : t('common.somethingFailed'));
    } finally {
      stopListening();
      this.#running = null;
    }
  }

  #sent(name: string, sent: number): void {
    // News of the reading may overtake the last news of the upload.
    if (this.#state.at !== 'uploading') return;
    this.#state = sent < 1 ? { at: 'uploading', name, sent } : { at: 'reading', name, done: 0, total: null };
  }

  #begin(note: string | null, fault: string | null): void {
    this.#state = { at: 'start', note, fault };
  }
}

function faultOf(file: File, type: string | undefined): string | null {
  if (type === undefined) return t('imports.wrongType');
  if (file.size <= limits.importUploadBytes) return null;
  return t('imports.tooLarge', { limit: limits.importUploadBytes / bytesPerGigabyte });
}

/** The import of this tab. It goes on while the dialog it was started in is closed. */
export const importJob = new ImportJob(socket);
