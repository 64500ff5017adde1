import type { Timeouts } from './modelFetch.ts';

/** What a model sends while it answers, in order. Every answer ends with one `finish`, or throws a `DomainError`. */
export type ModelEvent =
  | { type: 'reasoning' | 'content'; text: string }
  /** `stop`, `length`, `content_filter`, `tool_calls` …, as sent by the model server. */
  | { type: 'finish'; reason: string };

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** The input of a model. Absent settings use the model server's defaults. */
export interface Prompt {
  /** A final assistant message is an answer to be continued. */
  messages: PromptMessage[];
  temperature?: number;
  topP?: number;
  maxTokens?: number;
}

/** A model that can stream answers: remote or the demo model. */
export interface ChatModel {
  /** Ends without an error when `signal` is aborted. */
  stream(prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Returns one short answer without streaming. Absent for the demo model. */
  complete?(prompt: Prompt, signal: AbortSignal): Promise<string>;
}

/** Overrides for tests. */
export interface ModelTuning {
  demoTokensPerSecond?: number;
  timeouts?: Partial<Timeouts>;
  /** Milliseconds that a connection test takes at most. */
  connectionTestMs?: number;
}
