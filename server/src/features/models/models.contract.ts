/** What a model gives while it answers, in order. Every answer ends with one `finish`, or throws a `DomainError`. */
export type ModelEvent =
  | { type: 'reasoning' | 'content'; text: string }
  /** `stop`, `length`, `content_filter`, `tool_calls` …, as the model server said it. */
  | { type: 'finish'; reason: string };

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What a model is asked. A setting that is absent is left to the model server. */
export interface Prompt {
  /** An assistant's message at the end is an answer to be carried on. */
  messages: PromptMessage[];
  temperature?: number;
  topP?: number;
  maxTokens?: number;
}

/** A model that generation can stream from, wherever it runs. */
export interface ChatModel {
  /** Ends quietly when `signal` is aborted. */
  stream(prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** One short answer in a piece; absent where the model has nothing to say for itself. */
  complete?(prompt: Prompt, signal: AbortSignal): Promise<string>;
}
