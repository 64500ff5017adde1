import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService, Prompt } from '../models/models.service.ts';
import type { Announcer } from './generation.announcer.ts';
import { cleanTitle } from './generation.title.ts';

/** Milliseconds a model gets to think of a title. */
const withinMs = 10_000;
/** Characters of question and answer that a title is made from. */
const excerpt = 2_000;

const promptFor = (question: string, answer: string): Prompt => ({
  messages: [
    {
      role: 'user',
      content: `Write a title of 2 to 6 words for the conversation below, in its language. Answer with the title alone: no quotation marks, no full stop.

<question>
${question.slice(0, excerpt).toWellFormed()}
</question>
<answer>
${answer.slice(0, excerpt).toWellFormed()}
</answer>`,
    },
  ],
});

interface Parts {
  messages: MessageQueries;
  chats: ChatQueries;
  models: ModelService;
  announcer: Announcer;
}

/** Has the model name a chat after its first exchange. Never in the way: when it fails, the title stays as it is. */
export class Naming {
  #platform: Platform;
  #parts: Parts;
  #closing = new AbortController();
  #underWay = new Set<Promise<void>>();

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Call when an answer is complete. */
  after(answer: MessageRow): void {
    const naming = this.#name(answer)
      .catch((error: unknown) => this.#platform.log.debug({ err: error }, 'a chat was not named'))
      .finally(() => this.#underWay.delete(naming));
    this.#underWay.add(naming);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  async #name(answer: MessageRow): Promise<void> {
    const { messages, chats, models, announcer } = this.#parts;
    const chat = await chats.byId(answer.chatId);
    if (!chat?.titleIsAutomatic || chat.messageCount !== 2 || answer.parentId === null) return;
    const question = await messages.inChat(chat.id, answer.parentId);
    const model = await models.open(answer.model ?? '');
    if (!question || !model.complete) return;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(withinMs)]);
    const title = cleanTitle(await model.complete(promptFor(question.content, answer.content), signal));
    if (title && (await chats.setAutomaticTitle(chat.id, title))) await announcer.chat(chat.id);
  }
}
