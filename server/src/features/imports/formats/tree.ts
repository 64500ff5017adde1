import { UnreadableConversation } from './importedChat.ts';
import { asId, asList, asRecord } from './untrusted.ts';

/** The position of a node: its parent, and its rank among its siblings. */
export interface Position {
  parentId: string | null;
  rank: number;
}

/** A node as it is in the file. `message` is null for hidden nodes: their children move up to the next visible node. */
export interface RawNode<T> extends Position {
  id: string;
  message: T | null;
}

/** A visible node below the nearest visible ancestor. */
export interface TreeNode<T> {
  id: string;
  parentId: string | null;
  message: T;
}

export interface Tree<T> {
  /** Parents before their children, siblings in order. */
  nodes: TreeNode<T>[];
  /** Returns the id of the node itself if it is visible, otherwise of its nearest visible ancestor. */
  nearestVisible(id: string): string | null;
}

/**
 * Reads the positions of nodes that name their parent under one key and list their children under another. A node's own
 * parent counts, otherwise the node that lists it. Siblings follow the order of the list; unlisted nodes come last, in
 * the order of the file.
 */
export function readPositions(
  nodes: ReadonlyMap<string, unknown>,
  parentKey: string,
  childrenKey: string,
): Map<string, Position> {
  const listed = new Map<string, Position>();
  for (const [parentId, node] of nodes) {
    asList(asRecord(node)[childrenKey]).forEach((child, rank) => {
      const id = asId(child);
      if (id !== null && !listed.has(id)) listed.set(id, { parentId, rank });
    });
  }
  const positions = new Map<string, Position>();
  let unlistedRank = nodes.size;
  for (const [id, node] of nodes) {
    const inList = listed.get(id);
    const ownParentId = asId(asRecord(node)[parentKey]);
    const parentId = ownParentId ?? inList?.parentId ?? null;
    const rank = inList && inList.parentId === parentId ? inList.rank : unlistedRank++;
    positions.set(id, { parentId, rank });
  }
  return positions;
}

/** Walks up from every node to a root or a node that an earlier walk visited. Visits each node once. */
function requireNoCycles<T>(nodes: Map<string, RawNode<T>>): void {
  const walks = new Map<string, number>();
  let walk = 0;
  for (const start of nodes.values()) {
    walk++;
    let node: RawNode<T> | undefined = start;
    while (node && !walks.has(node.id)) {
      walks.set(node.id, walk);
      node = node.parentId === null ? undefined : nodes.get(node.parentId);
    }
    if (node && walks.get(node.id) === walk) {
      throw new UnreadableConversation('Its messages form a cycle.');
    }
  }
}

/** Returns the nearest visible node of every node, itself included. Needs a tree without cycles. */
function findNearestVisible<T>(nodes: Map<string, RawNode<T>>): Map<string, string | null> {
  const nearest = new Map<string, string | null>();
  for (const start of nodes.values()) {
    const path: string[] = [];
    let node: RawNode<T> | undefined = start;
    while (node && node.message === null && !nearest.has(node.id)) {
      path.push(node.id);
      node = node.parentId === null ? undefined : nodes.get(node.parentId);
    }
    const found = node ? (nearest.get(node.id) ?? (node.message === null ? null : node.id)) : null;
    if (node) nearest.set(node.id, found);
    for (const id of path) nearest.set(id, found);
  }
  return nearest;
}

/**
 * Builds the tree of visible nodes. A node whose parent is missing becomes a root, so that no text is lost. Linear except
 * for sorting siblings. Throws `UnreadableConversation` for a cycle.
 */
export function buildTree<T>(raw: Iterable<RawNode<T>>): Tree<T> {
  const nodes = new Map<string, RawNode<T>>();
  for (const node of raw) nodes.set(node.id, node);
  requireNoCycles(nodes);
  const nearest = findNearestVisible(nodes);

  const children = new Map<string | null, RawNode<T>[]>();
  for (const node of nodes.values()) {
    if (node.message === null) continue;
    const parent = node.parentId === null ? null : (nearest.get(node.parentId) ?? null);
    const siblings = children.get(parent);
    if (siblings) siblings.push(node);
    else children.set(parent, [node]);
  }

  const ordered: TreeNode<T>[] = [];
  const append = (parentId: string | null) => {
    const siblings = (children.get(parentId) ?? []).sort((a, b) => a.rank - b.rank);
    for (const { id, message } of siblings) if (message !== null) ordered.push({ id, parentId, message });
  };
  append(null);
  for (let at = 0; at < ordered.length; at++) append(ordered[at]!.id);
  return { nodes: ordered, nearestVisible: (id) => nearest.get(id) ?? null };
}
