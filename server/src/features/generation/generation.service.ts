import { limits } from '#shared/limits';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService } from '../models/models.service.ts';
import type { UserQueries } from '../users/users.queries.ts';
import { Announcer } from './generation.announcer.ts';
import { Naming } from './titleGenerator.ts';
import { Run, type Job, type RunParts } from './run.ts';

/**
 * Milliseconds for which an answer that has ended is remembered: a reader may have read its row just before the end
 * was stored.
 */
const rememberedForMs = 10_000;

const tooMany = `You have ${limits.streamsPerUser} answers being written at once. Wait for one to end, or stop one.`;

interface Parts {
  messages: MessageQueries;
  chats: ChatQueries;
  models: ModelService;
  users: UserQueries;
}

/** All answers being written in this process. */
export class GenerationService {
  #platform: Platform;
  #parts: RunParts & { users: UserQueries };
  #naming: Naming;
  #running = new Map<string, { run: Run; done: Promise<void> }>();
  #ended = new Map<string, Run>();
  #draining = false;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = {
      ...parts,
      announcer: new Announcer(platform, parts),
      ended: (run) => this.#remember(run),
    };
    this.#naming = new Naming(platform, this.#parts);
    platform.signals.on('chat:deleted', ({ chatId }) => this.abandon(chatId));
    platform.signals.on('user:changed', ({ userId }) => this.#checkOwner(userId));
  }

  /** Throws `refused` when the person has as many answers being written as one may. */
  requireCapacity(userId: string): void {
    if (!this.#hasRoom(userId)) throw refused(tooMany, 'too_many_streams');
  }

  /** Begins to write the answer, which is stored as `streaming`. */
  start(job: Job): void {
    const former = this.#running.get(job.messageId);
    if (former) {
      // Its end is just being stored.
      void former.done.then(() => this.start(job));
      return;
    }
    // The next start of the server marks it as interrupted.
    if (this.#draining) return;
    const run = new Run(this.#platform, this.#parts, job);
    // Several requests may have found the same free place.
    if (!this.#hasRoom(job.ownerId)) run.stop('failed', tooMany);
    this.#ended.delete(job.messageId);
    this.#running.set(job.messageId, { run, done: this.#see(run) });
  }

  /** The row with the text as it is at this moment, if it is being written here; else the row itself. */
  withLiveText(row: MessageRow): MessageRow {
    const run =
      this.#running.get(row.id)?.run ?? (row.status === 'streaming' ? this.#ended.get(row.id) : undefined);
    return run ? run.asOfNow(row) : row;
  }

  /** The answer is marked as being carried on: its former end says nothing any more. */
  reopen(messageId: string): void {
    this.#ended.delete(messageId);
  }

  /** Ends what is being written in the chat. Resolves when what came is stored as `stopped`. */
  async stop(chatId: string): Promise<void> {
    const running = this.#in(chatId);
    for (const { run } of running) run.stop('stopped');
    if (running.length === 0) await this.#stopLeftovers(chatId);
    else await Promise.all(running.map(({ run }) => run.firstStored));
  }

  /** The chat is being deleted. Resolves when surely nothing more will be written to it. */
  async abandon(chatId: string): Promise<void> {
    const running = this.#in(chatId);
    for (const { run } of running) run.abandon();
    await Promise.all(running.map(({ done }) => done));
  }

  /** Call once at start: what a former process was writing is marked as interrupted. */
  async recover(): Promise<void> {
    await this.#platform.store.tx(async () => {
      const chatIds = await this.#parts.messages.interruptAll();
      for (const chatId of new Set(chatIds)) await this.#parts.chats.incrementVersion(chatId);
    });
  }

  /** The server is stopping: stores what came as `interrupted`. Nothing is begun any more. */
  async drain(): Promise<void> {
    this.#draining = true;
    const running = [...this.#running.values()];
    for (const { run } of running) {
      run.stop('interrupted');
      run.hurry();
    }
    await Promise.all([...running.map(({ done }) => done), this.#naming.close()]);
  }

  async #see(run: Run): Promise<void> {
    const stored = await run.go();
    if (this.#running.get(run.job.messageId)?.run === run) this.#running.delete(run.job.messageId);
    if (stored?.status === 'complete' && !this.#draining) this.#naming.after(stored);
  }

  #remember(run: Run): void {
    const { messageId } = run.job;
    this.#running.delete(messageId);
    this.#ended.set(messageId, run);
    setTimeout(() => {
      if (this.#ended.get(messageId) === run) this.#ended.delete(messageId);
    }, rememberedForMs).unref();
  }

  /** An answer that is marked as being written, but that nobody writes. */
  async #stopLeftovers(chatId: string): Promise<void> {
    const { messages, chats, announcer } = this.#parts;
    const stopped = await this.#platform.store.tx(async () => {
      const rows = await messages.streaming(chatId);
      for (const row of rows) await messages.update(row.id, { status: 'stopped' });
      if (rows.length > 0) await chats.incrementVersion(chatId);
      return rows;
    });
    for (const row of stopped) await announcer.message({ ...row, status: 'stopped' });
  }

  /** Answers of someone who may no longer use the instance end at once. */
  async #checkOwner(userId: string): Promise<void> {
    const user = await this.#parts.users.byId(userId);
    if (user?.active && user.role !== 'pending') return;
    for (const { run } of this.#running.values()) if (run.job.ownerId === userId) run.stop('stopped');
  }

  #in(chatId: string) {
    return [...this.#running.values()].filter(({ run }) => run.job.chatId === chatId);
  }

  #hasRoom(userId: string): boolean {
    let count = 0;
    for (const { run } of this.#running.values()) if (run.job.ownerId === userId) count++;
    return count < limits.streamsPerUser;
  }
}
