import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService, Prompt } from '../models/models.service.ts';

/** Milliseconds a model has to suggest a title. */
const timeoutMs = 10_000;
/** Characters of the question and of the answer that are sent to the model. */
const excerptChars = 2_000;

const titlePrompt = (question: string, answer: string): Prompt => ({
  messages: [
    {
      role: 'user',
      content: `Write a title of 2 to 6 words for the conversation below, in its language. Answer with the title alone: no quotation marks, no full stop.

<question>
${question.slice(0, excerptChars).toWellFormed()}
</question>
<answer>
${answer.slice(0, excerptChars).toWellFormed()}
</answer>`,
    },
  ],
});

interface Parts {
  messages: MessageQueries;
  chats: ChatService;
  chatQueries: ChatQueries;
  models: ModelService;
}

/** Asks the model for a title after the first exchange of a chat. When that fails, the title is unchanged. */
export class TitleGenerator {
  #platform: Platform;
  #parts: Parts;
  #closing = new AbortController();
  #pending = new Set<Promise<void>>();

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Call when an answer is complete. */
  start(answer: MessageRow): void {
    const request = this.#generate(answer)
      .catch((error: unknown) => this.#platform.log.debug({ err: error }, 'generating a title failed'))
      .finally(() => this.#pending.delete(request));
    this.#pending.add(request);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#pending);
  }

  async #generate(answer: MessageRow): Promise<void> {
    const { messages, chats, chatQueries, models } = this.#parts;
    const chat = await chatQueries.byId(answer.chatId);
    if (!chat?.titleIsAutomatic || chat.messageCount !== 2 || answer.parentId === null) return;
    const question = await messages.byIdInChat(chat.id, answer.parentId);
    const model = await models.open(answer.model ?? '');
    if (!question || !model.complete) return;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeoutMs)]);
    const suggestion = await model.complete(titlePrompt(question.content, answer.content), signal);
    await chats.applySuggestedTitle(chat.id, suggestion);
  }
}
