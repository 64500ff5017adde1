import { limits } from '#shared/limits';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { AnswerJob, AnswerWriter } from '../messages/messages.contract.ts';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { UserQueries } from '../users/users.queries.ts';
import { AnswerRecovery, type RecoveryTuning } from './answerRecovery.ts';
import { AnswerRun, type RunParts } from './answerRun.ts';
import type { AnswerValues } from './streamedAnswer.ts';
import { TitleGenerator } from './titleGenerator.ts';

/**
 * Milliseconds for which a run is kept after it ended: a reader may have read the row just before the end was stored.
 */
const keepEndedMs = 10_000;
/** Milliseconds another node has to stop its answers. Afterwards its next write ends them. */
const stopTimeoutMs = 2_000;
/** Milliseconds another node has to send the text of an answer, while a reader waits. */
const textTimeoutMs = 300;

const tooMany = `You already have ${limits.streamsPerUser} answers being written. Wait for one to finish, or stop one.`;

interface Parts extends Omit<RunParts, 'onStored'> {
  chats: ChatService;
  users: UserQueries;
  recoveryTuning?: RecoveryTuning;
}

/** All runs of this process. */
export class GenerationService implements AnswerWriter {
  #platform: Platform;
  #parts: Parts & RunParts;
  #titles: TitleGenerator;
  #recovery: AnswerRecovery;
  #running = new Map<string, { run: AnswerRun; done: Promise<void> }>();
  #ended = new Map<string, AnswerRun>();
  #isDraining = false;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = { ...parts, onStored: (run) => this.#keepEnded(run) };
    this.#titles = new TitleGenerator(platform, parts);
    platform.metrics.gauge('answers', {}, () => this.#running.size);
    this.#recovery = new AnswerRecovery(platform, parts);
    platform.signals.onEveryNode('chat:deleted', ({ chatId }) => this.abandon(chatId));
    platform.signals.onEveryNode('user:changed', ({ userId }) => this.#stopUnlessMember(userId));
    platform.cluster.onMissed(() => this.#checkRuns());
    platform.cluster.respond('answers:stop', ({ chatId }) => this.#stopHere(chatId));
    platform.cluster.respond('answer:text', async ({ messageId, writerId }) =>
      writerId === platform.cluster.nodeId ? this.#liveText(messageId) : undefined,
    );
  }

  async withCapacity<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const { cluster, store } = this.#platform;
    if (!cluster.isShared) {
      if (!this.#hasCapacity(userId)) throw refused(tooMany, 'too_many_streams');
      return work();
    }
    const { users, running } = this.#parts;
    return store.tx(async () => {
      // Two chats may be asked at once, on two nodes.
      await users.lock(userId);
      if ((await running.countOf(userId)) >= limits.streamsPerUser)
        throw refused(tooMany, 'too_many_streams');
      return work();
    });
  }

  start(job: AnswerJob): void {
    const previous = this.#running.get(job.messageId);
    if (previous) {
      // The end of the previous run is still being stored.
      void previous.done.then(() => this.start(job));
      return;
    }
    // The next start of the server, or another node, marks the answer as interrupted.
    if (this.#isDraining) return;
    const run = new AnswerRun(this.#platform, this.#parts, job);
    // Concurrent requests may all have passed the check of a single node.
    if (!this.#platform.cluster.isShared && !this.#hasCapacity(job.ownerId)) run.stop('failed', tooMany);
    this.#ended.delete(job.messageId);
    this.#running.set(job.messageId, { run, done: this.#track(run) });
  }

  async withLiveText(row: MessageRow): Promise<MessageRow> {
    // A row that was read after the end was stored is at least as new as the run, and may have been edited since.
    if (row.status !== 'streaming') return row;
    const { cluster } = this.#platform;
    if (row.writerId === cluster.nodeId) return { ...row, ...this.#liveText(row.id) };
    if (!cluster.isShared || row.writerId === null) return row;
    const question = { messageId: row.id, writerId: row.writerId };
    // Without a reply the reader requests the rest of the text with the next delta.
    return { ...row, ...(await cluster.ask('answer:text', question, textTimeoutMs)) };
  }

  reopen(messageId: string): void {
    this.#ended.delete(messageId);
  }

  async stop(chatId: string): Promise<void> {
    const { cluster } = this.#platform;
    const stopped = await this.#stopRuns(chatId);
    if (cluster.isShared) {
      const rows = await this.#parts.messages.streaming(chatId);
      if (rows.length === 0) return;
      const isElsewhere = rows.some(({ writerId }) => writerId !== cluster.nodeId);
      if (isElsewhere) await cluster.ask('answers:stop', { chatId }, stopTimeoutMs);
    }
    if (cluster.isShared || stopped === 0) await this.#stopOrphans(chatId);
  }

  /** Ends every run in the chat without storing more. Resolves when nothing more will be written to the chat. */
  async abandon(chatId: string): Promise<void> {
    const running = this.#runsOf(chatId);
    for (const { run } of running) run.abandon();
    await Promise.all(running.map(({ done }) => done));
  }

  /** Call once at startup: marks the answers of processes that are gone as interrupted. */
  async recover(): Promise<void> {
    await this.#recovery.start();
  }

  /** Call when the server stops: stores every answer as `interrupted` and starts no more. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const running = [...this.#running.values()];
    for (const { run } of running) run.shutdown();
    await Promise.all([...running.map(({ done }) => done), this.#titles.close(), this.#recovery.close()]);
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

  /** Returns the text of an answer that this node writes, or wrote a moment ago. */
  #liveText(messageId: string): AnswerValues | undefined {
    return (this.#running.get(messageId)?.run ?? this.#ended.get(messageId))?.values;
  }

  /** Stops the runs of this node in the chat. Resolves with their number when their text is stored. */
  async #stopRuns(chatId: string): Promise<number> {
    const running = this.#runsOf(chatId);
    for (const { run } of running) run.stop('stopped');
    await Promise.all(running.map(({ run }) => run.firstStored));
    return running.length;
  }

  /** Stops what this node writes in the chat, for another node. Returns undefined when it writes nothing there. */
  async #stopHere(chatId: string): Promise<{ stopped: number } | undefined> {
    const stopped = await this.#stopRuns(chatId);
    if (stopped > 0) return { stopped };
    // An answer is stored before its run starts.
    const rows = await this.#parts.messages.streaming(chatId);
    if (!rows.some(({ writerId }) => writerId === this.#platform.cluster.nodeId)) return undefined;
    return { stopped: await this.#stopOrphans(chatId) };
  }

  /** Stops `streaming` rows that no run is writing, or whose node did not respond. Returns their number. */
  async #stopOrphans(chatId: string): Promise<number> {
    const { running, chatQueries, announcer } = this.#parts;
    const stopped = await this.#platform.store.tx(async () => {
      const rows = await running.stopAll(chatId);
      if (rows.length > 0) await chatQueries.incrementVersion(chatId);
      return rows;
    });
    for (const row of stopped) await announcer.announce(row);
    return stopped.length;
  }

  /** Ends the runs whose end this node may have missed: their chat is gone, or they may no longer be written. */
  async #checkRuns(): Promise<void> {
    const runs = [...this.#running.values()].map(({ run }) => run);
    if (runs.length === 0) return;
    const own = await this.#parts.running.ownIds();
    for (const run of runs) if (!own.has(run.job.messageId)) run.abandon();
    const ownerIds = new Set(runs.map(({ job }) => job.ownerId));
    for (const ownerId of ownerIds) await this.#stopUnlessMember(ownerId);
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
