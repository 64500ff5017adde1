import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { MessageQueries, type NewMessage } from '../../server/src/features/messages/messages.queries.ts';
import { newId } from '../../server/src/platform/ids.ts';
import type { Platform } from '../../server/src/platform/platform.ts';

type Turn = Partial<Omit<NewMessage, 'chatId'>> & { error?: string };

/** Stores chats with messages, without waiting for a model. */
export class Conversations {
  readonly chats: ChatQueries;
  readonly messages: MessageQueries;
  #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.chats = new ChatQueries(platform);
    this.messages = new MessageQueries(platform);
  }

  /** Creates a chat of this person, by default with one question and its answer. Returns its id. */
  async create(
    ownerId: string,
    { title = 'On magnets', turns = oneExchange }: { title?: string; turns?: Turn[] } = {},
  ) {
    const id = newId();
    await this.chats.insert({ id, ownerId, title, titleIsAutomatic: false });
    await this.addMessages(id, ...turns);
    return id;
  }

  /** Adds messages below the active branch, questions and answers in turn. Returns their ids. */
  async addMessages(chatId: string, ...turns: Turn[]): Promise<string[]> {
    return this.#platform.store.tx(async () => {
      const chat = (await this.chats.byId(chatId))!;
      const leaf = chat.activeMessageId && (await this.messages.byIdInChat(chatId, chat.activeMessageId));
      let parentId = leaf ? leaf.id : null;
      let role = leaf && leaf.role === 'user' ? ('assistant' as const) : ('user' as const);
      const ids: string[] = [];
      for (const { error, ...turn } of turns) {
        const message: NewMessage = {
          id: newId(),
          chatId,
          parentId,
          role,
          content: `Words ${ids.length}`,
          status: 'complete',
          ...turn,
        };
        await this.messages.insert(message);
        if (error) await this.messages.update(message.id, { error });
        ids.push(message.id);
        parentId = message.id;
        role = message.role === 'user' ? 'assistant' : 'user';
      }
      await this.chats.incrementVersion(chatId, {
        activeMessageId: parentId,
        messageCount: chat.messageCount + ids.length,
        updatedAt: this.#platform.now(),
      });
      return ids;
    });
  }
}

const oneExchange: Turn[] = [
  { content: 'How do magnets work?' },
  { content: 'By **magnetism**.', model: 'deep-thought' },
];
