import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageAnnouncer } from '../messages/announcer.service.ts';
import { readBranch } from '../messages/longChats.service.ts';
import type { AnswerJob } from '../messages/messages.contract.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { RunningAnswerQueries } from '../messages/runningAnswers.queries.ts';
import type { ModelService } from '../models/models.service.ts';
import { Coalescer } from './coalescer.ts';
import { PeriodicSaver } from './periodicSaver.ts';
import { buildPrompt } from './prompt.ts';
import { emptyAnswer, StreamedAnswer, type AnswerValues, type Outcome } from './streamedAnswer.ts';
import { WriterProof } from './writerProof.ts';

/** Milliseconds before the first retry of reading or storing the answer, doubled for each further one up to the maximum. */
const [firstRetryMs, maxRetryMs] = [250, 30_000];
/** Attempts during a shutdown. At most the text since the last save is lost. */
const shutdownAttempts = 4;
/** Bytes of the messages that are sent to a model: more than any model reads, and encoded in about 50 ms. */
const promptBytes = 10_000_000;

export interface RunParts {
  messages: MessageQueries;
  running: RunningAnswerQueries;
  chatQueries: ChatQueries;
  models: ModelService;
  announcer: MessageAnnouncer;
  /** Called as soon as the end is stored, before it is announced. */
  onStored: (run: AnswerRun) => void;
}

/**
 * The writing of one answer, from the first token to the final write. It belongs to no request and no socket. Readers
 * get the text from memory; the database is written later, and a failed write is retried. A write that finds that the
 * answer was ended or taken over by another node ends the run.
 */
export class AnswerRun {
  readonly job: AnswerJob;
  /** Settles with the first attempt to store the end of the answer: rejects when it failed, although retries follow. */
  readonly firstStored: Promise<void>;
  #platform: Platform;
  #parts: RunParts;
  #answer: StreamedAnswer | undefined;
  #modelRequest = new AbortController();
  #retryDelay = new AbortController();
  #requestedOutcome: { outcome: Outcome; error: string | null } | undefined;
  #isAbandoned = false;
  #isShuttingDown = false;
  #proof: WriterProof;
  #proving: Promise<void> | undefined;
  #settleFirstStored!: { resolve: () => void; reject: (error: unknown) => void };
  #deltas: Coalescer;
  #saver: PeriodicSaver;

  constructor(platform: Platform, parts: RunParts, job: AnswerJob) {
    this.#platform = platform;
    this.#parts = parts;
    this.job = job;
    this.#proof = new WriterProof(platform.cluster.isShared);
    this.firstStored = new Promise((resolve, reject) => (this.#settleFirstStored = { resolve, reject }));
    // The error is logged where it occurs; if no caller waits, it must not become an unhandled rejection.
    this.firstStored.catch(() => undefined);
    this.#deltas = new Coalescer(() => this.#sendDeltas(), platform.env.STREAM_COALESCE_MS);
    this.#saver = new PeriodicSaver(
      () => this.#saveProgress(),
      (error) => this.#log(error, 'saving the progress of an answer failed, retrying'),
    );
  }

  /** Writes the answer. Resolves with the row as finally stored; undefined when there is nothing to store. */
  async run(): Promise<MessageRow | undefined> {
    try {
      const { chatId, messageId } = this.job;
      const row = await this.#retry('reading the answer to write failed, retrying', () =>
        this.#proof.from(() => this.#readOwn(chatId, messageId)),
      );
      // Stopped, deleted or taken over before the run began.
      if (!row || this.#isAbandoned) return undefined;
      this.#answer = new StreamedAnswer(row, this.#platform.now);
      if (this.#requestedOutcome) {
        this.#answer.end(this.#requestedOutcome.outcome, this.#requestedOutcome.error);
      } else await this.#stream(row, this.#answer);
      await this.#proving;
      this.#deltas.flush();
      await this.#saver.close();
      return await this.#storeEnd(row);
    } catch (error) {
      this.#log(error, 'writing an answer failed');
      this.#settleFirstStored.reject(error);
      return undefined;
    } finally {
      this.#settleFirstStored.resolve();
    }
  }

  /** The text received so far; undefined when the run has not begun. */
  get values(): AnswerValues | undefined {
    return this.#answer?.values;
  }

  /** Ends the answer with the text received so far. */
  stop(outcome: Outcome, error: string | null = null): void {
    this.#requestedOutcome ??= { outcome, error };
    this.#answer?.end(outcome, error);
    this.#modelRequest.abort();
  }

  /** Ends the answer and stores nothing more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.stop('stopped');
    this.#retryDelay.abort();
  }

  /** Stops the run as `interrupted` and bounds the retries of the final write. */
  shutdown(): void {
    this.stop('interrupted');
    this.#isShuttingDown = true;
    this.#retryDelay.abort();
  }

  async #stream(row: MessageRow, answer: StreamedAnswer): Promise<void> {
    try {
      const events = await this.#requestModel(row);
      for await (const event of events) {
        if (answer.hasEnded) break;
        answer.apply(event);
        this.#deltas.schedule();
        this.#saver.schedule();
      }
      answer.end('failed', emptyAnswer);
    } catch (error) {
      const isKnown = error instanceof DomainError;
      if (!isKnown) this.#log(error, 'an answer failed');
      answer.end('failed', isKnown ? error.message : 'Something went wrong with this answer. Try again.');
    }
  }

  async #requestModel(row: MessageRow) {
    const { messages, chatQueries, models } = this.#parts;
    const chat = await chatQueries.byId(row.chatId);
    const branch = await readBranch(messages, { chatId: row.chatId, leafId: row.parentId }, promptBytes);
    if (!branch) throw refused('This chat is too long for any model. Start a new chat.', 'chat_too_long');
    const model = await models.open(row.model ?? '');
    return model.stream(buildPrompt(chat?.settings ?? {}, branch, row.content), this.#modelRequest.signal);
  }

  #sendDeltas(): void {
    const answer = this.#answer;
    if (this.#isAbandoned || !answer) return;
    const isProven = !this.#proof.isMissing;
    if (!isProven && !answer.hasEnded) {
      this.#proving ??= this.#prove().finally(() => (this.#proving = undefined));
      return;
    }
    const { chatId, messageId } = this.job;
    for (const delta of answer.takePending()) {
      // Without proof the rest of the text is sent with the whole answer, once it is stored.
      if (!isProven) continue;
      this.#platform.realtime.send(rooms.chat(chatId), 'message:delta', { chatId, messageId, ...delta });
    }
  }

  async #prove(): Promise<void> {
    try {
      await this.#saveProgress();
      this.#deltas.schedule();
    } catch (error) {
      this.#log(error, 'saving the progress of an answer failed, retrying');
    }
  }

  /** Returns the answer if this node is to write it. */
  async #readOwn(chatId: string, messageId: string): Promise<MessageRow | undefined> {
    const row = await this.#parts.messages.byIdInChat(chatId, messageId);
    const isOwn = row?.status === 'streaming' && row.writerId === this.#platform.cluster.nodeId;
    return isOwn ? row : undefined;
  }

  async #saveProgress(): Promise<void> {
    const answer = this.#answer;
    if (!answer || answer.hasEnded) return;
    const { content, reasoning, reasoningMs } = answer.values;
    const stored = await this.#proof.from(() =>
      this.#parts.running.update(this.job.messageId, { content, reasoning, reasoningMs }),
    );
    if (!stored) this.abandon();
  }

  async #storeEnd(row: MessageRow): Promise<MessageRow | undefined> {
    const work = async () => {
      const stored = await this.#store();
      if (!stored) return undefined;
      this.#parts.onStored(this);
      await this.#parts.announcer.announce(stored);
      return stored;
    };
    return this.#retry('storing the end of an answer failed, retrying', work, () =>
      // Readers see the end at once, even while the database cannot store it.
      this.#parts.announcer.announce({ ...row, ...this.values }),
    );
  }

  /** Repeats `work` until it succeeds. Returns undefined when the run was abandoned or the server stops before. */
  async #retry<T>(
    failure: string,
    work: () => Promise<T>,
    onFirstFailure?: () => Promise<unknown>,
  ): Promise<T | undefined> {
    for (let attempt = 1; !this.#isAbandoned; attempt++) {
      try {
        return await work();
      } catch (error) {
        this.#log(error, failure);
        this.#settleFirstStored.reject(error);
        if (attempt === 1) await onFirstFailure?.().catch(() => undefined);
        if (this.#isShuttingDown && attempt >= shutdownAttempts) return undefined;
        await this.#pauseBeforeRetry(attempt);
      }
    }
    return undefined;
  }

  async #store(): Promise<MessageRow | undefined> {
    const { running, chatQueries } = this.#parts;
    const { chatId, messageId } = this.job;
    return this.#platform.store.tx(async () => {
      const stored = this.#answer && (await running.update(messageId, this.#answer.values));
      if (stored) await chatQueries.incrementVersion(chatId);
      return stored;
    });
  }

  async #pauseBeforeRetry(attempt: number): Promise<void> {
    const ms = Math.min(firstRetryMs * 2 ** (attempt - 1), maxRetryMs);
    if (this.#isShuttingDown) await sleep(firstRetryMs);
    else await sleep(ms, undefined, { signal: this.#retryDelay.signal }).catch(() => undefined);
  }

  #log(error: unknown, what: string): void {
    this.#platform.log.warn({ err: error, messageId: this.job.messageId }, what);
  }
}
