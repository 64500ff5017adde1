import { limits } from '#shared/limits';
import type { MessageStatus } from '#shared/messages';
import type { MessagePart } from '#shared/socketEvents';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { ModelEvent } from '../models/models.service.ts';
import { GrowingText, type Delta } from './growingText.ts';

export type Outcome = Exclude<MessageStatus, 'streaming'>;
export type AnswerValues = Pick<MessageRow, 'content' | 'reasoning' | 'reasoningMs' | 'status' | 'error'>;

/** Why nothing came, for reasons of ending that leave an answer empty. */
const emptyBecause = new Map([
  ['tool_calls', 'The model wanted to use a tool, and there are none here. Ask it to answer by itself.'],
  ['content_filter', 'The model server withheld the answer: its content filter stopped it.'],
  [
    'length',
    'The model used up its length limit before it began to answer. Raise the limit, or ask for less.',
  ],
]);

const tooLong = (what: string) =>
  `${what} reached ${limits.answerContent.toLocaleString('en')} characters and was cut off.`;

/** One answer while it is written: its two texts, the time spent reasoning, and how it ended. */
export class Answer {
  #content: GrowingText;
  #reasoning: GrowingText;
  #status: MessageStatus = 'streaming';
  #error: string | null = null;
  /** Of former attempts, when the answer is carried on. */
  #reasoningBeforeMs: number | null;
  #reasoningSince: number | null = null;
  #reasoningMs: number | null;
  #now: () => number;

  constructor(row: MessageRow, now: () => number) {
    this.#content = new GrowingText(row.content, limits.answerContent);
    this.#reasoning = new GrowingText(row.reasoning ?? '', limits.answerContent);
    this.#reasoningBeforeMs = this.#reasoningMs = row.reasoningMs;
    this.#now = now;
  }

  get ended(): boolean {
    return this.#status !== 'streaming';
  }

  /** What is stored, and what a reader who comes now is shown. */
  get values(): AnswerValues {
    return {
      content: this.#content.sent,
      reasoning: this.#reasoning.sent || null,
      reasoningMs: this.#reasoningMs,
      status: this.#status,
      error: this.#error,
    };
  }

  take(event: ModelEvent): void {
    if (event.type === 'finish') this.#finish(event.reason);
    else if (event.type === 'reasoning') this.#think(event.text);
    else this.#write(event.text);
  }

  /** The first ending counts. What waits is to be sent after this. */
  end(status: Outcome, error: string | null = null): void {
    if (this.ended) return;
    this.#stopThinking();
    this.#content.end();
    this.#reasoning.end();
    this.#status = status;
    this.#error = error;
  }

  /** What readers have not been sent yet. */
  unsent(): (Delta & { part: MessagePart })[] {
    const of = (part: MessagePart, text: GrowingText) => text.take().map((delta) => ({ part, ...delta }));
    return [...of('reasoning', this.#reasoning), ...of('content', this.#content)];
  }

  #think(text: string): void {
    if (this.#reasoningSince === null) {
      this.#reasoningSince = this.#now();
      // Reasoning that is taken up again stands apart from what came before.
      if (!this.#reasoning.empty) this.#reasoning.append('\n\n');
    }
    this.#reasoning.append(text);
    if (this.#reasoning.full) this.end('failed', tooLong('The reasoning'));
  }

  #write(text: string): void {
    this.#stopThinking();
    this.#content.append(text);
    if (this.#content.full) this.end('failed', tooLong('The answer'));
  }

  #stopThinking(): void {
    if (this.#reasoningSince === null) return;
    this.#reasoningMs = (this.#reasoningBeforeMs ?? 0) + Math.max(0, this.#now() - this.#reasoningSince);
    this.#reasoningBeforeMs = this.#reasoningMs;
    this.#reasoningSince = null;
  }

  #finish(reason: string): void {
    const nothing = this.#content.empty;
    if (nothing)
      this.end('failed', emptyBecause.get(reason) ?? 'The model ended without an answer. Try again.');
    else this.end('complete');
  }
}
