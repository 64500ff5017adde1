import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { MessageNode, MessageQueries, MessageRow } from './messages.queries.ts';

/** Nodes read at a time, in a few milliseconds. */
const nodesPerPage = 1_000;
/** Messages and bytes of text read at a time: about 5 ms of work. A longer message is read alone. */
const sliceLimits = { messages: 100, bytes: 250_000 };

/** Returns all messages of a chat without their text, in the order of creation. Other requests are served between pages. */
export async function readTree(messages: MessageQueries, chatId: string): Promise<MessageNode[]> {
  const nodes: MessageNode[] = [];
  for (;;) {
    const page = await messages.nodesOfChat(chatId, nodes.at(-1), nodesPerPage);
    for (const node of page) nodes.push(node);
    if (page.length < nodesPerPage) return nodes.sort((a, b) => a.seq - b.seq);
    await yieldToEventLoop();
  }
}

/** Returns the nodes from the root to the leaf; none for null, and for a leaf that is not in the tree. */
export function branchOf(tree: MessageNode[], leafId: string | null): MessageNode[] {
  const byId = new Map(tree.map((node) => [node.id, node]));
  const branch = new Set<MessageNode>();
  let node = leafId === null ? undefined : byId.get(leafId);
  // A node that is met again closes a cycle.
  for (; node && !branch.has(node); node = node.parentId === null ? undefined : byId.get(node.parentId)) {
    branch.add(node);
  }
  return [...branch].reverse();
}

/**
 * Yields the messages of these nodes in the given order, a slice at a time, without those that have been deleted
 * meanwhile. Holds one slice in memory, and other requests are served between slices.
 */
export async function* readSlices(
  messages: MessageQueries,
  nodes: MessageNode[],
): AsyncGenerator<MessageRow[]> {
  let ids: string[] = [];
  let bytes = 0;
  for (const node of nodes) {
    if (ids.length >= sliceLimits.messages || (ids.length > 0 && bytes + node.bytes > sliceLimits.bytes)) {
      yield await messages.byIds(ids);
      await yieldToEventLoop();
      ids = [];
      bytes = 0;
    }
    ids.push(node.id);
    bytes += node.bytes;
  }
  if (ids.length > 0) yield await messages.byIds(ids);
}

/**
 * Returns the messages from the root to the leaf, with other requests served meanwhile. Undefined when their texts are
 * larger than `maxBytes`.
 */
export async function readBranch(
  messages: MessageQueries,
  { chatId, leafId }: { chatId: string; leafId: string | null },
  maxBytes: number,
): Promise<MessageRow[] | undefined> {
  const branch = branchOf(await readTree(messages, chatId), leafId);
  if (branch.reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes) return undefined;
  const rows: MessageRow[] = [];
  for await (const slice of readSlices(messages, branch)) for (const row of slice) rows.push(row);
  return rows;
}
