import { asId, asList, asRecord } from './untrusted.ts';

/** Where a node hangs: what it says itself, else what the nodes that list it as their child say. */
export interface NodeLink {
  parentId: string | null;
  rank: number;
}

/**
 * Reads the links of a tree whose nodes name their parent under one key and list their children under another.
 * The children's order is the siblings' order; nodes no one lists keep the order of the file, after the others.
 */
export function readLinks(
  nodes: ReadonlyMap<string, unknown>,
  parentKey: string,
  childrenKey: string,
): Map<string, NodeLink> {
  const listed = new Map<string, NodeLink>();
  for (const [parentId, node] of nodes) {
    asList(asRecord(node)[childrenKey]).forEach((child, rank) => {
      const id = asId(child);
      if (id !== null && !listed.has(id)) listed.set(id, { parentId, rank });
    });
  }
  const places = new Map<string, NodeLink>();
  let unlisted = nodes.size;
  for (const [id, node] of nodes) {
    const inList = listed.get(id);
    const named = asId(asRecord(node)[parentKey]);
    const parentId = named ?? inList?.parentId ?? null;
    const rank = inList && inList.parentId === parentId ? inList.rank : unlisted++;
    places.set(id, { parentId, rank });
  }
  return places;
}
