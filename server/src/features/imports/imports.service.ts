import { stat } from 'node:fs/promises';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ImportResult } from '#shared/imports';
import { isOutOfSpace } from '../../platform/db/dbErrors.ts';
import { conflict, DomainError, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { isMember, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import { countNames } from '../../platform/cluster/counts.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { StorageGuard, StorageSpace } from '../chats/chats.contract.ts';
import type { UserService } from '../users/users.service.ts';
import { groupChats, saveChats } from './chatSaver.ts';
import { asTitle } from './formats/untrusted.ts';
import { FairQueue } from './fairQueue.ts';
import { importMsMax, ImportReport, tookTooLong } from './importReport.ts';
import type { ImportQueries } from './imports.queries.ts';
import { importBounds, smallImportBounds, smallUploadBytes, type ImportBounds } from './reader/bounds.ts';
import { UnreadableFile } from './reader/importEvents.ts';
import { readUpload, type ReadUpload } from './reader/readInThread.ts';
import { TemporaryFiles } from './upload/temporaryFiles.ts';

/** Uploads read at the same time on this server. Each needs a thread and its memory. */
const readersMax = 2;
/** Small uploads read at the same time, beside the others: they never wait for large ones. */
const smallReadersMax = 2;
/** Milliseconds between two progress events. */
const progressIntervalMs = 100;

interface Parts {
  imports: ImportQueries;
  users: UserService;
  storage: StorageGuard;
  audit: AuditQueries;
  /** Replaces the reader in tests. */
  read?: ReadUpload;
}

interface Upload {
  actor: Actor;
  /** Absent: the client wants no progress events. */
  importId: string | undefined;
  path: string;
  name: string;
}

interface RunningImport extends Upload {
  report: ImportReport;
  total: number | null;
  space: StorageSpace;
  progressSentAt: number;
}

/** Imports chats of other products. One import at a time per user. Never changes existing chats. */
export class ImportService {
  #platform: Platform;
  #parts: Parts;
  #files: TemporaryFiles;
  #readers = new FairQueue(readersMax);
  #smallReaders = new FairQueue(smallReadersMax);
  #running = new Set<Promise<unknown>>();
  #stopping = new AbortController();

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    this.#files = new TemporaryFiles(platform.env.DATA_DIR);
    const { metrics } = platform;
    metrics.gauge('imports', {}, () => this.#running.size);
    metrics.gauge('waiting', { queue: 'imports' }, () => this.#readers.waiting + this.#smallReaders.waiting);
  }

  /** Removes uploads that an earlier process left behind. */
  async recover(): Promise<void> {
    await this.#files.clean();
  }

  /** Ends running imports after their current chats. Imported chats are kept; importing the file again adds the rest. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#running);
  }

  /**
   * Imports the file that `receive` writes to the given path; `receive` returns the name of the file. An import continues
   * if its user disconnects. `receive` must end when `stopped` is aborted.
   */
  async run(
    actor: Actor,
    importId: string | undefined,
    receive: (path: string, stopped: AbortSignal) => Promise<string>,
  ): Promise<ImportResult> {
    if (this.#stopping.signal.aborted) {
      throw new DomainError('unavailable', 'The server is restarting. Try again in a minute.');
    }
    const running = this.#alone(actor, () =>
      this.#files.using(async (path) => {
        const name = asTitle(await receive(path, this.#stopping.signal)) || 'The file';
        return this.#import({ actor, importId, path, name });
      }),
    );
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Runs `work` unless the person is importing already, on this node or another. */
  async #alone<T>({ id }: Actor, work: () => Promise<T>): Promise<T> {
    const { leases, counts } = this.#platform.cluster;
    const names = [countNames.imports, countNames.importsOf(id)];
    const done = await leases.run(`import:${id}`, async () => {
      for (const name of names) counts.change(name, 1);
      try {
        return await work();
      } finally {
        for (const name of names) counts.change(name, -1);
      }
    });
    if (done) return done.result;
    throw conflict('You are already importing a file. Wait until it is finished.', 'import_running');
  }

  async #import(upload: Upload): Promise<ImportResult> {
    const report = new ImportReport();
    const space = await this.#parts.storage.space(upload.actor.id);
    const current: RunningImport = { ...upload, report, space, total: null, progressSentAt: 0 };
    try {
      await this.#readInTurn(current);
    } catch (error) {
      const reason = this.#reasonOf(error);
      if (report.done === 0)
        throw error instanceof UnreadableFile ? refused(reason, 'unreadable_import') : error;
      report.fail({ title: upload.name, reason });
    }
    await this.#finish(current);
    return report.result();
  }

  async #readInTurn(current: RunningImport): Promise<void> {
    const { actor, path } = current;
    if ((await stat(path)).size <= smallUploadBytes) {
      if (await this.#smallReaders.run(actor.id, () => this.#readSmall(current))) return;
    }
    await this.#readers.run(actor.id, () => this.#readAll(current, importBounds));
  }

  /** Returns false if nothing of the upload was read: an archive may contain more than its size suggests. */
  async #readSmall(current: RunningImport): Promise<boolean> {
    try {
      await this.#readAll(current, smallImportBounds);
    } catch (error) {
      if (error instanceof UnreadableFile && current.total === null) return false;
      throw error;
    }
    return true;
  }

  async #readAll(current: RunningImport, bounds: ImportBounds): Promise<void> {
    const { actor, path, name, report, space } = current;
    const target = { imports: this.#parts.imports, ownerId: actor.id, report, space };
    const startedAt = performance.now();
    await this.#requireActive(actor);
    for await (const event of this.#read({ path, name, now: this.#platform.now(), bounds })) {
      await this.#requireActive(actor);
      if (event.kind === 'total') {
        current.total = event.total;
      } else {
        for (const failure of event.failures) report.fail(failure);
        for (const group of groupChats(event.chats)) {
          await this.#requireActive(actor);
          await saveChats(this.#platform, target, group);
          this.#sendProgress(current);
          await yieldToEventLoop();
        }
      }
      this.#sendProgress(current);
      if (performance.now() - startedAt > importMsMax) throw tookTooLong();
    }
  }

  get #read(): ReadUpload {
    return this.#parts.read ?? readUpload;
  }

  /** Throws if the server is stopping or the user has been deactivated meanwhile. */
  async #requireActive(actor: Actor): Promise<void> {
    if (this.#stopping.signal.aborted) {
      throw new UnreadableFile('The server was stopped. Import the file again to get the rest.');
    }
    const latest = await this.#parts.users.findActor(actor.id);
    if (!latest || !isMember(latest)) throw new UnreadableFile('Your account can no longer import chats.');
  }

  /** Logs why an import ended early, and returns the reason for users. */
  #reasonOf(error: unknown): string {
    if (error instanceof DomainError) return `${error.message} Everything before that was imported.`;
    const internal = error instanceof UnreadableFile ? error.cause : error;
    if (internal) this.#platform.log.error({ err: internal }, 'import ended early');
    if (error instanceof UnreadableFile) return error.message;
    const problem = isOutOfSpace(error)
      ? 'The server has no disk space left.'
      : 'Something went wrong on the server.';
    return `${problem} Everything before that was imported. Tell your admin.`;
  }

  #sendProgress(current: RunningImport, { always = false } = {}): void {
    const { importId, total, report, actor } = current;
    const now = performance.now();
    if (importId === undefined || (!always && now - current.progressSentAt < progressIntervalMs)) return;
    current.progressSentAt = now;
    const { realtime } = this.#platform;
    realtime.send(rooms.user(actor.id), 'import:progress', { importId, done: report.done, total });
  }

  async #finish(current: RunningImport): Promise<void> {
    const { actor, report } = current;
    this.#sendProgress(current, { always: true });
    if (report.imported === 0) return;
    this.#platform.realtime.send(rooms.user(actor.id), 'chats:changed', {});
    await this.#parts.audit.record({
      actorId: actor.id,
      action: 'chats.imported',
      targetType: 'user',
      targetId: actor.id,
      details: { imported: report.imported, skipped: report.skipped, failed: report.failures },
    });
  }
}
