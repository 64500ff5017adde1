import type { ChatSummary } from '#shared/chats';
import { downloadUrl } from '../../../api/call.ts';
import { t } from '../../../i18n/t.ts';
import { path } from '../../../router/path.ts';
import { router } from '../../../router/router.svelte.ts';
import { confirm } from '../../../ui/overlay/confirm.svelte.ts';
import { toast } from '../../../ui/overlay/toast.svelte.ts';
import { tryOrToast } from '../../../ui/overlay/tryOrToast.ts';
import type { ChatChange, ChatList } from './chatList.svelte.ts';

export const chatPath = (id: string): string => path('/c/:chatId', { chatId: id });

/** Returns the URL that downloads the whole chat in a format that Open WebUI imports. */
export const exportUrl = (id: string): string =>
  downloadUrl('GET /chats/:id/export', { params: { id }, query: { format: 'json' } });

/** Returns the id of the chat on the page; undefined on other pages. */
export const openChatId = (): string | undefined => router.page?.params['chatId'];

/** Actions on a whole chat: those that cannot be undone ask for confirmation, the others offer Undo. */
export class ChatActions {
  readonly #list: ChatList;

  constructor(list: ChatList) {
    this.#list = list;
  }

  async rename(chat: ChatSummary, title: string): Promise<void> {
    const newTitle = title.replace(/\s+/g, ' ').trim();
    if (newTitle === '' || newTitle === chat.title) return;
    await this.#change(chat, { title: newTitle });
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
      // Archiving unpins the chat, so Undo also restores the pin.
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

  /** Deletes the chat after confirmation. Returns whether it was deleted. */
  async remove(chat: ChatSummary): Promise<boolean> {
    const confirmed = await confirm({
      title: t('chats.deleteTitle'),
      body: t(chat.shared ? 'chats.deleteSharedBody' : 'chats.deleteBody', { title: chat.title }),
      action: t('common.delete'),
      danger: true,
    });
    if (!confirmed) return false;
    const wasOpen = openChatId() === chat.id;
    if (!(await tryOrToast(() => this.#list.remove(chat)))) return false;
    if (wasOpen) void router.go('/');
    toast.show({ message: t('chats.deleted', { title: chat.title }) });
    return true;
  }

  #change(chat: ChatSummary, change: ChatChange): Promise<boolean> {
    return tryOrToast(() => this.#list.change(chat, change));
  }
}
