import { limits } from '#shared/limits';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { AnswerJob, AnswerWriter } from '../messages/messages.contract.ts';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { UserQueries } from '../users/users.queries.ts';
import { AnswerRun, type RunParts } from './answerRun.ts';
import { TitleGenerator } from './titleGenerator.ts';

/**
 * Milliseconds for which a run is kept after it ended: a reader may have read the row just before the end was stored.
 */
const keepEndedMs = 10_000;

const tooMany = `You already have ${limits.streamsPerUser} answers being written. Wait for one to finish, or stop one.`;

interface Parts extends Omit<RunParts, 'onStored'> {
  chats: ChatService;
  users: UserQueries;
}

/** All runs of this process. */
export class GenerationService implements AnswerWriter {
  #platform: Platform;
  #parts: Parts & RunParts;
  #titles: TitleGenerator;
  #running = new Map<string, { run: AnswerRun; done: Promise<void> }>();
  #ended = new Map<string, AnswerRun>();
  #isDraining = false;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = { ...parts, onStored: (run) => this.#keepEnded(run) };
    this.#titles = new TitleGenerator(platform, parts);
    platform.signals.onEveryNode('chat:deleted', ({ chatId }) => this.abandon(chatId));
    platform.signals.onEveryNode('user:changed', ({ userId }) => this.#stopUnlessMember(userId));
  }

  requireCapacity(userId: string): void {
    if (!this.#hasCapacity(userId)) throw refused(tooMany, 'too_many_streams');
  }

  start(job: AnswerJob): void {
    const previous = this.#running.get(job.messageId);
    if (previous) {
      // The end of the previous run is still being stored.
      void previous.done.then(() => this.start(job));
      return;
    }
    // The next start of the server marks the answer as interrupted.
    if (this.#isDraining) return;
    const run = new AnswerRun(this.#platform, this.#parts, job);
    // Concurrent requests may all have passed `requireCapacity`.
    if (!this.#hasCapacity(job.ownerId)) run.stop('failed', tooMany);
    this.#ended.delete(job.messageId);
    this.#running.set(job.messageId, { run, done: this.#track(run) });
  }

  withLiveText(row: MessageRow): MessageRow {
    const run =
      this.#running.get(row.id)?.run ?? (row.status === 'streaming' ? this.#ended.get(row.id) : undefined);
    return run ? run.withLiveText(row) : row;
  }

  reopen(messageId: string): void {
    this.#ended.delete(messageId);
  }

  async stop(chatId: string): Promise<void> {
    const running = this.#runsOf(chatId);
    for (const { run } of running) run.stop('stopped');
    if (running.length === 0) await this.#stopOrphans(chatId);
    else await Promise.all(running.map(({ run }) => run.firstStored));
  }

  /** Ends every run in the chat without storing more. Resolves when nothing more will be written to the chat. */
  async abandon(chatId: string): Promise<void> {
    const running = this.#runsOf(chatId);
    for (const { run } of running) run.abandon();
    await Promise.all(running.map(({ done }) => done));
  }

  /** Call once at startup: marks the answers that an earlier process was writing as interrupted. */
  async recover(): Promise<void> {
    await this.#platform.store.tx(async () => {
      const chatIds = await this.#parts.messages.interruptAll();
      for (const chatId of new Set(chatIds)) await this.#parts.chatQueries.incrementVersion(chatId);
    });
  }

  /** Call when the server stops: stores every answer as `interrupted` and starts no more. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const running = [...this.#running.values()];
    for (const { run } of running) run.shutdown();
    await Promise.all([...running.map(({ done }) => done), this.#titles.close()]);
  }

  async #track(run: AnswerRun): Promise<void> {
    const stored = await run.run();
    if (this.#running.get(run.job.messageId)?.run === run) this.#running.delete(run.job.messageId);
    if (stored?.status === 'complete' && !this.#isDraining) this.#titles.start(stored);
  }

  #keepEnded(run: AnswerRun): void {
    const { messageId } = run.job;
    this.#running.delete(messageId);
    this.#ended.set(messageId, run);
    setTimeout(() => {
      if (this.#ended.get(messageId) === run) this.#ended.delete(messageId);
    }, keepEndedMs).unref();
  }

  /** Orphaned `streaming` rows: answers that no run is writing. */
  async #stopOrphans(chatId: string): Promise<void> {
    const { messages, chatQueries, announcer } = this.#parts;
    const stopped = await this.#platform.store.tx(async () => {
      const rows = await messages.streaming(chatId);
      for (const row of rows) await messages.update(row.id, { status: 'stopped' });
      if (rows.length > 0) await chatQueries.incrementVersion(chatId);
      return rows;
    });
    for (const row of stopped) await announcer.announce({ ...row, status: 'stopped' });
  }

  /** Stops the answers of a user who may no longer use the instance. */
  async #stopUnlessMember(userId: string): Promise<void> {
    const user = await this.#parts.users.byId(userId);
    if (user?.active && user.role !== 'pending') return;
    for (const { run } of this.#running.values()) if (run.job.ownerId === userId) run.stop('stopped');
  }

  #runsOf(chatId: string) {
    return [...this.#running.values()].filter(({ run }) => run.job.chatId === chatId);
  }

  #hasCapacity(userId: string): boolean {
    let count = 0;
    for (const { run } of this.#running.values()) if (run.job.ownerId === userId) count++;
    return count < limits.streamsPerUser;
  }
}
