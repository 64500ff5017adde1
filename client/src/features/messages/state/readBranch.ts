import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import type { BranchPage } from '#shared/messages';
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
  const { messages, nextBefore, ...chat } = await transport.load(id);
  const page = { messages, nextBefore };
  if (branch.messages.length === 0) return { chat, page };
  let longer: BranchPage = page;
  for (let reads = 0; reads < maxBridge && longer.nextBefore && !branch.joins(longer); reads++) {
    const above = await transport.earlier(id, longer.nextBefore, limits.branchPageSizeMax);
    longer = { messages: [...above.messages, ...longer.messages], nextBefore: above.nextBefore };
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
    const page: BranchPage = await transport.earlier(id, from, limits.branchPageSizeMax);
    branch.refresh(page, version);
    from = page.nextBefore;
  }
}
