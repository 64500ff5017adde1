import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '#shared/limits';
import { DomainError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService } from '../models/models.service.ts';
import type { Announcer } from './generation.announcer.ts';
import { Answer, type Outcome } from './streamedAnswer.ts';
import { Coalescer } from './coalescer.ts';
import { promptOf } from './prompt.ts';
import { Saver } from './periodicSaver.ts';

/** Milliseconds until the last write of an answer is tried again, doubled each time up to the second number. */
const [retryFirstMs, retryLastMs] = [250, 30_000];
/** Times the last write is tried while the server stops. What is lost then is at most what came since the last save. */
const triesWhenHurried = 4;

export interface Job {
  chatId: string;
  messageId: string;
  ownerId: string;
}

export interface RunParts {
  messages: MessageQueries;
  chats: ChatQueries;
  models: ModelService;
  announcer: Announcer;
  /** Called as soon as the end is stored, before anyone is told. */
  ended: (run: Run) => void;
}

/**
 * The writing of one answer, from the first token to the last write. It belongs to no request and no socket. Readers
 * get the text from memory; the database follows, and a write that fails costs nothing but another try.
 */
export class Run {
  readonly job: Job;
  /** Settles with the first try to store the end of the answer: rejects when it failed, though it goes on being tried. */
  readonly firstStored: Promise<void>;
  #platform: Platform;
  #parts: RunParts;
  #answer: Answer | undefined;
  #upstream = new AbortController();
  #patience = new AbortController();
  #asked: { outcome: Outcome; error: string | null } | undefined;
  #abandoned = false;
  #hurried = false;
  #settleFirst!: { resolve: () => void; reject: (error: unknown) => void };
  #deltas: Coalescer;
  #saver: Saver;

  constructor(platform: Platform, parts: RunParts, job: Job) {
    this.#platform = platform;
    this.#parts = parts;
    this.job = job;
    this.firstStored = new Promise((resolve, reject) => (this.#settleFirst = { resolve, reject }));
    // Whoever waits hears of it; where nobody waits it has been logged.
    this.firstStored.catch(() => undefined);
    this.#deltas = new Coalescer(() => this.#send(), platform.env.STREAM_COALESCE_MS);
    this.#saver = new Saver(
      () => this.#saveMeanwhile(),
      (error) => this.#log(error, 'an answer could not be saved and will be tried again'),
    );
  }

  /** Writes the answer. Resolves with the row as it was stored at last; undefined when there is nothing to store. */
  async go(): Promise<MessageRow | undefined> {
    try {
      const { chatId, messageId } = this.job;
      const row = await this.#parts.messages.inChat(chatId, messageId);
      // Stopped or deleted before it began.
      if (row?.status !== 'streaming' || this.#abandoned) return undefined;
      this.#answer = new Answer(row, this.#platform.now);
      if (this.#asked) this.#answer.end(this.#asked.outcome, this.#asked.error);
      else await this.#write(row, this.#answer);
      this.#deltas.flush();
      await this.#saver.close();
      return await this.#storeEnd(row);
    } catch (error) {
      this.#log(error, 'an answer could not be written');
      this.#settleFirst.reject(error);
      return undefined;
    } finally {
      this.#settleFirst.resolve();
    }
  }

  /** The row with the text as it is at this moment. */
  asOfNow(row: MessageRow): MessageRow {
    const answer = this.#answer;
    // Once the end is stored, a row that says so is as new as anything here, and may have been edited since.
    if (!answer || (answer.ended && row.status !== 'streaming')) return row;
    return { ...row, ...answer.values };
  }

  /** Ends the answer with what came. */
  stop(outcome: Outcome, error: string | null = null): void {
    this.#asked ??= { outcome, error };
    this.#answer?.end(outcome, error);
    this.#upstream.abort();
  }

  /** Ends the answer and stores nothing more. */
  abandon(): void {
    this.#abandoned = true;
    this.stop('stopped');
    this.#patience.abort();
  }

  /** The server is stopping: the last write is not waited for without end. */
  hurry(): void {
    this.#hurried = true;
    this.#patience.abort();
  }

  async #write(row: MessageRow, answer: Answer): Promise<void> {
    try {
      const events = await this.#open(row);
      for await (const event of events) {
        if (answer.ended) break;
        answer.take(event);
        this.#deltas.poke();
        this.#saver.soon();
      }
      answer.end('failed', 'The model ended without an answer. Try again.');
    } catch (error) {
      if (!(error instanceof DomainError)) this.#log(error, 'an answer failed');
      answer.end(
        'failed',
        error instanceof DomainError ? error.message : 'The answer could not be written. Try again.',
      );
    }
  }

  async #open(row: MessageRow) {
    const { messages, chats, models } = this.#parts;
    const chat = await chats.byId(row.chatId);
    const branch =
      row.parentId === null ? [] : await messages.branch(row.chatId, row.parentId, limits.messagesPerChat);
    const model = await models.open(row.model ?? '');
    return model.stream(promptOf(chat?.settings ?? {}, branch, row.content), this.#upstream.signal);
  }

  #send(): void {
    if (this.#abandoned) return;
    const { chatId, messageId } = this.job;
    for (const delta of this.#answer?.unsent() ?? []) {
      this.#platform.realtime.send(rooms.chat(chatId), 'message:delta', { chatId, messageId, ...delta });
    }
  }

  async #saveMeanwhile(): Promise<void> {
    const answer = this.#answer;
    if (!answer || answer.ended) return;
    const { content, reasoning, reasoningMs } = answer.values;
    const stored = await this.#parts.messages.update(this.job.messageId, { content, reasoning, reasoningMs });
    if (!stored) this.abandon();
  }

  async #storeEnd(row: MessageRow): Promise<MessageRow | undefined> {
    for (let tries = 1; !this.#abandoned; tries++) {
      try {
        const stored = await this.#store();
        this.#parts.ended(this);
        if (stored) await this.#parts.announcer.message(stored);
        return stored;
      } catch (error) {
        this.#log(error, 'the end of an answer could not be stored and will be tried again');
        this.#settleFirst.reject(error);
        // Its readers have waited long enough, whatever is wrong with the database.
        if (tries === 1) await this.#parts.announcer.message(this.asOfNow(row)).catch(() => undefined);
        if (this.#hurried && tries >= triesWhenHurried) return undefined;
        await this.#pause(tries);
      }
    }
    return undefined;
  }

  async #store(): Promise<MessageRow | undefined> {
    const { messages, chats } = this.#parts;
    const { chatId, messageId } = this.job;
    return this.#platform.store.tx(async () => {
      const stored = this.#answer && (await messages.update(messageId, this.#answer.values));
      if (stored) await chats.incrementVersion(chatId);
      return stored;
    });
  }

  async #pause(tries: number): Promise<void> {
    const ms = Math.min(retryFirstMs * 2 ** (tries - 1), retryLastMs);
    if (this.#hurried) await sleep(retryFirstMs);
    else await sleep(ms, undefined, { signal: this.#patience.signal }).catch(() => undefined);
  }

  #log(error: unknown, what: string): void {
    this.#platform.log.warn({ err: error, messageId: this.job.messageId }, what);
  }
}
