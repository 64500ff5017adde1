import { UnreadableConversation } from './importedChat.ts';

/** A node as the file has it. `shown` is null for what people never saw: its children move up to the next that is. */
export interface RawNode<T> {
  id: string;
  parentId: string | null;
  /** Place among its siblings. */
  rank: number;
  content: T | null;
}

/** A node that is shown, below the nearest shown one. */
export interface TreeNode<T> {
  id: string;
  parentId: string | null;
  content: T;
}

export interface Tree<T> {
  /** Parents before their children, siblings in order. */
  nodes: TreeNode<T>[];
  /** The node itself when it is shown, else the nearest shown one above it. */
  nearest(id: string): string | null;
}

/** Every node walks up until it meets a root or a node already known to lead there. Each is visited once. */
function refuseCycles<T>(nodes: Map<string, RawNode<T>>): void {
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
      throw new UnreadableConversation('Its messages answer each other in a circle.');
    }
  }
}

/** For every node the nearest shown one, itself included. Needs a tree without cycles. */
function nearestShown<T>(nodes: Map<string, RawNode<T>>): Map<string, string | null> {
  const nearest = new Map<string, string | null>();
  for (const start of nodes.values()) {
    const path: string[] = [];
    let node: RawNode<T> | undefined = start;
    while (node && node.content === null && !nearest.has(node.id)) {
      path.push(node.id);
      node = node.parentId === null ? undefined : nodes.get(node.parentId);
    }
    const found = node ? (nearest.get(node.id) ?? (node.content === null ? null : node.id)) : null;
    if (node) nearest.set(node.id, found);
    for (const id of path) nearest.set(id, found);
  }
  return nearest;
}

/**
 * The tree of what is shown. A node whose parent is missing from the file becomes a root, so that no text is lost.
 * Linear but for sorting siblings; throws `UnreadableConversation` for a circle.
 */
export function buildTree<T>(raw: Iterable<RawNode<T>>): Tree<T> {
  const nodes = new Map<string, RawNode<T>>();
  for (const node of raw) nodes.set(node.id, node);
  refuseCycles(nodes);
  const nearest = nearestShown(nodes);

  const children = new Map<string | null, RawNode<T>[]>();
  for (const node of nodes.values()) {
    if (node.content === null) continue;
    const parent = node.parentId === null ? null : (nearest.get(node.parentId) ?? null);
    const siblings = children.get(parent);
    if (siblings) siblings.push(node);
    else children.set(parent, [node]);
  }

  const ordered: TreeNode<T>[] = [];
  const append = (parentId: string | null) => {
    const siblings = (children.get(parentId) ?? []).sort((a, b) => a.rank - b.rank);
    for (const { id, content } of siblings) if (content !== null) ordered.push({ id, parentId, content });
  };
  append(null);
  for (let at = 0; at < ordered.length; at++) append(ordered[at]!.id);
  return { nodes: ordered, nearest: (id) => nearest.get(id) ?? null };
}
