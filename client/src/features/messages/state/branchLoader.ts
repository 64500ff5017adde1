import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import type { BranchPage } from '#shared/messages';
import type { Branch } from './branch.svelte.ts';
import type { ChatTransport } from './chatTransport.ts';

/** Extra pages loaded to connect the loaded messages to the end of a branch that has grown since. */
const maxConnectingPages = 2;

/** Reads the pages of the active branch that `branch` needs. */
export class BranchLoader {
  readonly #transport: Pick<ChatTransport, 'load' | 'loadEarlier'>;
  readonly #chatId: string;
  readonly #branch: Branch;

  constructor(transport: Pick<ChatTransport, 'load' | 'loadEarlier'>, chatId: string, branch: Branch) {
    this.#transport = transport;
    this.#chatId = chatId;
    this.#branch = branch;
  }

  /** Returns the chat and the end of its active branch, with enough messages to connect to the loaded ones. */
  async loadEnd(): Promise<{ chat: Chat; page: BranchPage }> {
    const branch = this.#branch;
    const { messages, nextBefore, ...chat } = await this.#transport.load(this.#chatId);
    const page = { messages, nextBefore };
    if (branch.messages.length === 0) return { chat, page };
    let longer: BranchPage = page;
    for (let count = 0; count < maxConnectingPages && longer.nextBefore; count++) {
      if (branch.connectsTo(longer)) break;
      const above = await this.#loadAbove(longer.nextBefore);
      longer = { messages: [...above.messages, ...longer.messages], nextBefore: above.nextBefore };
    }
    return { chat, page: branch.connectsTo(longer) ? longer : page };
  }

  /** Updates the loaded messages above `id`, up to the first loaded one. */
  async updateAbove(id: string | undefined, version: number): Promise<void> {
    const branch = this.#branch;
    let before = id ?? null;
    while (before !== null && branch.find(before) && before !== branch.messages[0]?.id) {
      const page: BranchPage = await this.#loadAbove(before);
      branch.updateLoaded(page, version);
      before = page.nextBefore;
    }
  }

  #loadAbove(before: string): Promise<BranchPage> {
    return this.#transport.loadEarlier(this.#chatId, before, limits.branchPageSizeMax);
  }
}
