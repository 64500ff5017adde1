import { limits } from '#shared/limits';
import type { MessageStatus } from '#shared/messages';
import type { MessagePart } from '#shared/socketEvents';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { ModelEvent } from '../models/models.service.ts';
import { GrowingText, type Delta } from './growingText.ts';

export type Outcome = Exclude<MessageStatus, 'streaming'>;
export type AnswerValues = Pick<MessageRow, 'content' | 'reasoning' | 'reasoningMs' | 'status' | 'error'>;

export const emptyAnswer = 'The model returned an empty answer. Try again.';

/** Error messages of empty answers, by the finish reason of the model. */
const emptyAnswerReasons = new Map([
  ['tool_calls', 'The model tried to call a tool. Tools are not supported; ask it to answer directly.'],
  ['content_filter', 'The content filter of the model server blocked the answer.'],
  [
    'length',
    'The model reached its length limit before it began to answer. Raise the limit or ask for less.',
  ],
]);

const tooLong = (subject: string) =>
  `${subject} reached ${limits.answerContent.toLocaleString('en')} characters and was cut off.`;

/** One answer while it is written: its two texts, the time spent reasoning, and how it ended. */
export class StreamedAnswer {
  #content: GrowingText;
  #reasoning: GrowingText;
  #status: MessageStatus = 'streaming';
  #error: string | null = null;
  /** Reasoning time before the current reasoning began, earlier runs of a continued answer included. */
  #earlierReasoningMs: number | null;
  #reasoningSince: number | null = null;
  #reasoningMs: number | null;
  #now: () => number;

  constructor(row: MessageRow, now: () => number) {
    this.#content = new GrowingText(row.content, limits.answerContent);
    this.#reasoning = new GrowingText(row.reasoning ?? '', limits.answerContent);
    this.#earlierReasoningMs = this.#reasoningMs = row.reasoningMs;
    this.#now = now;
  }

  get hasEnded(): boolean {
    return this.#status !== 'streaming';
  }

  /** The values to store, and to send to a reader who opens the chat now. */
  get values(): AnswerValues {
    return {
      content: this.#content.sent,
      reasoning: this.#reasoning.sent || null,
      reasoningMs: this.#reasoningMs,
      status: this.#status,
      error: this.#error,
    };
  }

  apply(event: ModelEvent): void {
    if (event.type === 'finish') this.#finish(event.reason);
    else if (event.type === 'reasoning') this.#appendReasoning(event.text);
    else this.#appendContent(event.text);
  }

  /** Only the first call counts. Send the pending text afterwards. */
  end(status: Outcome, error: string | null = null): void {
    if (this.hasEnded) return;
    this.#endReasoning();
    this.#content.end();
    this.#reasoning.end();
    this.#status = status;
    this.#error = error;
  }

  /** Returns the text that was not sent yet, and marks it as sent. */
  takePending(): (Delta & { part: MessagePart })[] {
    const deltasOf = (part: MessagePart, text: GrowingText) =>
      text.takePending().map((delta) => ({ part, ...delta }));
    return [...deltasOf('reasoning', this.#reasoning), ...deltasOf('content', this.#content)];
  }

  #appendReasoning(text: string): void {
    if (this.#reasoningSince === null) {
      this.#reasoningSince = this.#now();
      // Resumed reasoning is a new paragraph.
      if (!this.#reasoning.isEmpty) this.#reasoning.append('\n\n');
    }
    this.#reasoning.append(text);
    if (this.#reasoning.isFull) this.end('failed', tooLong('The reasoning'));
  }

  #appendContent(text: string): void {
    this.#endReasoning();
    this.#content.append(text);
    if (this.#content.isFull) this.end('failed', tooLong('The answer'));
  }

  #endReasoning(): void {
    if (this.#reasoningSince === null) return;
    this.#reasoningMs = (this.#earlierReasoningMs ?? 0) + Math.max(0, this.#now() - this.#reasoningSince);
    this.#earlierReasoningMs = this.#reasoningMs;
    this.#reasoningSince = null;
  }

  #finish(reason: string): void {
    if (this.#content.isEmpty) this.end('failed', emptyAnswerReasons.get(reason) ?? emptyAnswer);
    else this.end('complete');
  }
}
