import { setImmediate as otherWork } from 'node:timers/promises';
import type { ImportResult } from '#shared/imports';
import { isOutOfSpace } from '../../platform/db/dbErrors.ts';
import { conflict, DomainError, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { isMember, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { UserService } from '../users/users.service.ts';
import type { ImportedChat } from './formats/importedChat.ts';
import { asTitle } from './formats/untrusted.ts';
import { ImportReport } from './importReport.ts';
import type { ImportQueries } from './imports.queries.ts';
import { Semaphore } from './semaphore.ts';
import { importBounds } from './reader/bounds.ts';
import { readUpload, type ReadUpload } from './reader/readUpload.ts';
import { UnreadableFile } from './reader/unreadableFile.ts';
import { TemporaryFiles } from './upload/temporaryFiles.ts';

/** Uploads read at once on this server; each takes a thread and its memory. */
const readersAtOnce = 2;
/** Messages of small chats that share a transaction. Each waits for the disk; SQLite writes so many in about 10 ms. */
const messagesPerTransaction = 100;
/** Milliseconds between two words on progress. */
const progressEveryMs = 100;

interface Import {
  actor: Actor;
  /** Absent: nobody asked to hear of the progress. */
  importId: string | undefined;
  tally: ImportReport;
  total: number | null;
  toldAt: number;
}

/** Brings the chats of other products in. One import at a time per person; what was in before is never touched. */
export class ImportService {
  #platform: Platform;
  #imports: ImportQueries;
  #users: UserService;
  #audit: AuditQueries;
  #read: ReadUpload;
  #files: TemporaryFiles;
  #readers = new Semaphore(readersAtOnce);
  #importing = new Map<string, Promise<unknown>>();
  #stopping = new AbortController();

  constructor(
    platform: Platform,
    parts: { imports: ImportQueries; users: UserService; audit: AuditQueries; read?: ReadUpload },
  ) {
    this.#platform = platform;
    this.#imports = parts.imports;
    this.#users = parts.users;
    this.#audit = parts.audit;
    this.#read = parts.read ?? readUpload;
    this.#files = new TemporaryFiles(platform.env.DATA_DIR);
  }

  /** At start: removes uploads a former process did not come to the end of. */
  async recover(): Promise<void> {
    await this.#files.clean();
  }

  /** Ends what runs after the chats it is at. What came in stays; importing the file again adds the rest. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#importing.values());
  }

  /**
   * Imports what `receive` writes to the path it is given; it answers with the name of the file. An import that began
   * goes on when its person leaves. `stopped` tells `receive` that the server does not wait for the rest.
   */
  async run(
    actor: Actor,
    importId: string | undefined,
    receive: (file: string, stopped: AbortSignal) => Promise<string>,
  ): Promise<ImportResult> {
    if (this.#stopping.signal.aborted) {
      throw new DomainError('unavailable', 'The server is being restarted. Try again in a minute.');
    }
    if (this.#importing.has(actor.id)) {
      throw conflict(
        'Another import of yours is still running. Wait until it is finished.',
        'import_running',
      );
    }
    const running = this.#files.using(async (file) => {
      const name = asTitle(await receive(file, this.#stopping.signal)) || 'The file';
      return this.#readers.run(() => this.#import({ actor, importId, file, name }));
    });
    this.#importing.set(actor.id, running);
    try {
      return await running;
    } finally {
      this.#importing.delete(actor.id);
    }
  }

  async #import(upload: {
    actor: Actor;
    importId: string | undefined;
    file: string;
    name: string;
  }): Promise<ImportResult> {
    const { actor, importId, file, name } = upload;
    const one: Import = { actor, importId, tally: new ImportReport(), total: null, toldAt: 0 };
    try {
      await this.#readAll(one, file, name);
    } catch (error) {
      const reason = this.#reason(error);
      if (one.tally.done === 0)
        throw error instanceof UnreadableFile ? refused(reason, 'unreadable_import') : error;
      one.tally.fail({ title: name, reason });
    }
    await this.#finish(one);
    return one.tally.result();
  }

  async #readAll(one: Import, path: string, name: string): Promise<void> {
    await this.#requireToGoOn(one.actor);
    const events = this.#read({ path, name, now: this.#platform.now(), bounds: importBounds });
    for await (const event of events) {
      await this.#requireToGoOn(one.actor);
      if (event.kind === 'total') {
        one.total = event.total;
      } else {
        for (const failure of event.failures) one.tally.fail(failure);
        for (const group of groups(event.chats)) {
          await this.#save(one, group);
          await otherWork();
        }
      }
      this.#tell(one);
    }
  }

  /** Together where that works, else one by one: each chat is in whole or not at all. */
  async #save(one: Import, chats: ImportedChat[]): Promise<void> {
    const { store, log } = this.#platform;
    try {
      const saved = await store.tx(async () => {
        let count = 0;
        for (const chat of chats) if (await this.#imports.insert(one.actor.id, chat)) count++;
        return count;
      });
      one.tally.imported += saved;
      one.tally.skipped += chats.length - saved;
    } catch (error) {
      if (isOutOfSpace(error)) throw error;
      if (chats.length > 1) {
        for (const chat of chats) await this.#save(one, [chat]);
        return;
      }
      log.error({ err: error }, 'an imported chat could not be saved');
      one.tally.fail({ title: chats[0]!.title, reason: 'It could not be saved. Try again later.' });
    }
    this.#tell(one);
  }

  /** Who was deactivated meanwhile gets nothing more. */
  async #requireToGoOn(actor: Actor): Promise<void> {
    if (this.#stopping.signal.aborted) {
      throw new UnreadableFile('The server was stopped. Import the file again to get the rest.');
    }
    const now = await this.#users.actor(actor.id);
    if (!now || !isMember(now)) throw new UnreadableFile('The account may not import any more.');
  }

  /** Why an import ended early, for people. */
  #reason(error: unknown): string {
    const inside = error instanceof UnreadableFile ? error.cause : error;
    if (inside) this.#platform.log.error({ err: inside }, 'an import ended early');
    if (error instanceof UnreadableFile) return error.message;
    const what = isOutOfSpace(error)
      ? 'The server has no space left.'
      : 'Something went wrong on the server.';
    return `${what} What came before was imported; tell your admin.`;
  }

  #tell(one: Import, always = false): void {
    const { realtime } = this.#platform;
    const now = performance.now();
    if (one.importId === undefined || (!always && now - one.toldAt < progressEveryMs)) return;
    one.toldAt = now;
    const { importId, total, tally, actor } = one;
    realtime.send(rooms.user(actor.id), 'import:progress', { importId, done: tally.done, total });
  }

  async #finish(one: Import): Promise<void> {
    const { actor, tally } = one;
    this.#tell(one, true);
    if (tally.imported === 0) return;
    this.#platform.realtime.send(rooms.user(actor.id), 'chats:changed', {});
    await this.#audit.record({
      actorId: actor.id,
      action: 'chats.imported',
      targetType: 'user',
      targetId: actor.id,
      details: { imported: tally.imported, skipped: tally.skipped, failed: tally.failures },
    });
  }
}

/** Small chats in groups that are saved together; a large one by itself. */
function* groups(chats: ImportedChat[]): Generator<ImportedChat[]> {
  let group: ImportedChat[] = [];
  let messages = 0;
  for (const chat of chats) {
    if (group.length > 0 && messages + chat.messages.length > messagesPerTransaction) {
      yield group;
      group = [];
      messages = 0;
    }
    group.push(chat);
    messages += chat.messages.length;
  }
  if (group.length > 0) yield group;
}
