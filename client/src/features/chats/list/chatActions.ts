import type { ChatSummary } from '#shared/chats';
import { addressOf } from '../../../api/call.ts';
import { t } from '../../../i18n/t.ts';
import { path } from '../../../router/path.ts';
import { router } from '../../../router/router.svelte.ts';
import { confirm } from '../../../ui/confirm.svelte.ts';
import { toast } from '../../../ui/toast.svelte.ts';
import type { ChatChange, ChatList } from './chatList.svelte.ts';

export const chatAddress = (id: string): string => path('/c/:chatId', { chatId: id });

/** A download of the whole chat, in the form Open WebUI imports. */
export const downloadAddress = (id: string): string =>
  addressOf('GET /chats/:id/export', { params: { id }, query: { format: 'json' } });

/** The chat that is the page. */
export const openChatId = (): string | undefined => router.page?.params['chatId'];

/** What a person does to a chat as a whole: asks first where nothing brings it back, offers Undo where something does. */
export class ChatActions {
  readonly #list: ChatList;

  constructor(list: ChatList) {
    this.#list = list;
  }

  async rename(chat: ChatSummary, title: string): Promise<void> {
    const wanted = title.replace(/\s+/g, ' ').trim();
    if (wanted === '' || wanted === chat.title) return;
    await this.#change(chat, { title: wanted });
  }

  async togglePin(chat: ChatSummary): Promise<void> {
    await this.#change(chat, { pinned: !chat.pinned });
  }

  async archive(chat: ChatSummary): Promise<void> {
    const wasOpen = openChatId() === chat.id;
    if (!(await this.#change(chat, { archived: true, pinned: false }))) return;
    if (wasOpen) void router.go('/');
    toast.show({
      message: t('chats.archived', { title: chat.title }),
      // Archiving unpins, so undoing it pins again.
      undo: () => this.#list.change({ ...chat, archived: true }, { archived: false, pinned: chat.pinned }),
    });
  }

  async unarchive(chat: ChatSummary): Promise<void> {
    if (!(await this.#change(chat, { archived: false }))) return;
    toast.show({
      message: t('chats.unarchived', { title: chat.title }),
      undo: () => this.#list.change({ ...chat, archived: false }, { archived: true }),
    });
  }

  /** Answers whether the chat is gone. */
  async remove(chat: ChatSummary): Promise<boolean> {
    const sure = await confirm({
      title: t('chats.deleteTitle'),
      body: t(chat.shared ? 'chats.deleteSharedBody' : 'chats.deleteBody', { title: chat.title }),
      action: t('common.delete'),
      danger: true,
    });
    if (!sure) return false;
    const wasOpen = openChatId() === chat.id;
    try {
      await this.#list.remove(chat);
    } catch (error) {
      toast.failed(error);
      return false;
    }
    if (wasOpen) void router.go('/');
    toast.show({ message: t('chats.deleted', { title: chat.title }) });
    return true;
  }

  async #change(chat: ChatSummary, change: ChatChange): Promise<boolean> {
    try {
      await this.#list.change(chat, change);
      return true;
    } catch (error) {
      toast.failed(error);
      return false;
    }
  }
}
