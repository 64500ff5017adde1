import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import type { Branch as BranchPage } from '#shared/messages';
import type { Branch } from './branch.svelte.ts';
import type { ChatTransport } from './chatTransport.ts';

/** Pages that are read to join what is here to the end of a branch that moved on meanwhile. */
const maxBridge = 2;

type Reader = Pick<ChatTransport, 'load' | 'earlier'>;

/** Reads a chat with the end of its active branch, as far up as it takes to join what is in `branch`. */
export async function readEnd(
  transport: Reader,
  id: string,
  branch: Branch,
): Promise<{ chat: Chat; page: BranchPage }> {
  const { messages, earlier, ...chat } = await transport.load(id);
  const page = { messages, earlier };
  if (branch.messages.length === 0) return { chat, page };
  let longer: BranchPage = page;
  for (let reads = 0; reads < maxBridge && longer.earlier && !branch.joins(longer); reads++) {
    const above = await transport.earlier(id, longer.earlier, limits.branchPageMax);
    longer = { messages: [...above.messages, ...longer.messages], earlier: above.earlier };
  }
  return { chat, page: branch.joins(longer) ? longer : page };
}

/** Reads the messages of `branch` above `before` again, up to the first that is here. */
export async function refreshAbove(
  transport: Reader,
  id: string,
  branch: Branch,
  before: string | undefined,
  version: number,
): Promise<void> {
  let from = before ?? null;
  while (from !== null && branch.find(from) && from !== branch.messages[0]?.id) {
    const page: BranchPage = await transport.earlier(id, from, limits.branchPageMax);
    branch.refresh(page, version);
    from = page.earlier;
  }
}
