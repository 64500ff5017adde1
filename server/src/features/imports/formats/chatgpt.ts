import { assembleChat, type DraftMessage } from './assemble.ts';
import { visibleContent } from './chatgptContent.ts';
import { UnreadableConversation, type ImportFormat } from './importedChat.ts';
import { readLinks } from './links.ts';
import { asTime } from './times.ts';
import { buildTree, type RawNode, type Tree, type TreeNode } from './tree.ts';
import { asId, asModel, asRecord, asText, asTitle, isRecord, type Untrusted } from './untrusted.ts';

/** A part of one turn: a turn of the assistant is spread over many nodes. */
interface Fragment extends DraftMessage {
  /** It stopped because it was long enough; what follows goes on in the same sentence. */
  cutOff: boolean;
}

function readNode(node: Untrusted, now: number): Fragment | null {
  const message = asRecord(node.message);
  const { role } = asRecord(message.author);
  const { text, reasoning } = visibleContent(message, role);
  if (text === '' && reasoning === '') return null;
  const metadata = asRecord(message.metadata);
  return {
    role: role === 'user' ? 'user' : 'assistant',
    content: text,
    reasoning: reasoning || null,
    reasoningMs: null,
    model: asModel(metadata.model_slug),
    createdAt: asTime(message.create_time, now),
    cutOff: asText(asRecord(metadata.finish_details).type) === 'max_tokens',
  };
}

/** Seconds are in the recap that follows the thoughts; it shows nothing itself. */
function addThinkingTimes(nodes: Map<string, unknown>, tree: Tree<Fragment>): void {
  const shown = new Map(tree.nodes.map((node) => [node.id, node.content]));
  for (const [id, node] of nodes) {
    const message = asRecord(asRecord(node).message);
    if (asRecord(message.content).content_type !== 'reasoning_recap') continue;
    const seconds = asRecord(message.metadata).finished_duration_sec;
    const nearest = tree.nearest(id);
    const thoughts = nearest === null ? undefined : shown.get(nearest);
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < 1e6) || !thoughts?.reasoning) continue;
    thoughts.reasoningMs = (thoughts.reasoningMs ?? 0) + Math.round(seconds * 1000);
  }
}

const joined = (a: string, b: string, between: string) => (a === '' || b === '' ? a + b : a + between + b);

/** What belongs to one message, in order. Gathered in lists: a turn may have very many parts. */
interface Turn {
  parentId: string | null;
  parts: TreeNode<Fragment>[];
}

function gatherTurns(tree: Tree<Fragment>): Turn[] {
  const childCounts = new Map<string | null, number>();
  for (const { parentId } of tree.nodes) childCounts.set(parentId, (childCounts.get(parentId) ?? 0) + 1);
  const turns: Turn[] = [];
  const turnOf = new Map<string, Turn>();
  for (const node of tree.nodes) {
    const above = node.parentId === null ? undefined : turnOf.get(node.parentId);
    const goesOn =
      above?.parts[0]!.content.role === 'assistant' &&
      node.content.role === 'assistant' &&
      childCounts.get(node.parentId) === 1;
    const turn = above && goesOn ? above : { parentId: node.parentId, parts: [] };
    if (turn.parts.length === 0) turns.push(turn);
    turn.parts.push(node);
    turnOf.set(node.id, turn);
  }
  return turns;
}

function mergeTurn({ parts }: Turn): DraftMessage {
  const fragments = parts.map(({ content }) => content);
  const first = fragments[0]!;
  const thoughts = fragments.filter(({ reasoning }) => reasoning !== null);
  const times = thoughts.map(({ reasoningMs }) => reasoningMs).filter((time) => time !== null);
  let content = '';
  let cutOff = false;
  for (const fragment of fragments) {
    content = joined(content, fragment.content, cutOff ? '' : '\n\n');
    if (fragment.content !== '') cutOff = fragment.cutOff;
  }
  return {
    role: first.role,
    content,
    reasoning: thoughts.length > 0 ? thoughts.map(({ reasoning }) => reasoning).join('\n\n') : null,
    reasoningMs: times.length > 0 ? times.reduce((sum, time) => sum + time, 0) : null,
    model: fragments.findLast(({ model }) => model !== null)?.model ?? null,
    createdAt: first.createdAt,
  };
}

/**
 * One message per turn. Thoughts, code, what it printed and the answer are nodes below each other; where they do not
 * branch they become one message, named by its last node, for that is what the file points at.
 */
function mergeTurns(tree: Tree<Fragment>): Tree<DraftMessage> {
  const turns = gatherTurns(tree);
  const nameOf = new Map<string, string>();
  for (const { parts } of turns) for (const { id } of parts) nameOf.set(id, parts[parts.length - 1]!.id);
  const named = (id: string | null) => (id === null ? null : (nameOf.get(id) ?? null));
  return {
    nodes: turns.map((turn) => ({
      id: named(turn.parts[0]!.id)!,
      parentId: named(turn.parentId),
      shown: mergeTurn(turn),
    })),
    nearest: (id) => named(tree.nearest(id)),
  };
}

function grow(mapping: Untrusted, now: number): Tree<DraftMessage> {
  const nodes = new Map(Object.entries(mapping));
  const places = readLinks(nodes, 'parent', 'children');
  const raw: RawNode<Fragment>[] = [];
  for (const [id, node] of nodes) {
    raw.push({ id, ...places.get(id)!, content: readNode(asRecord(node), now) });
  }
  const tree = buildTree(raw);
  addThinkingTimes(nodes, tree);
  return mergeTurns(tree);
}

/** ChatGPT: Settings → Data controls → Export data. OpenAI publishes no schema; every field may be missing. */
export const chatgpt: ImportFormat = {
  detect: (conversation) =>
    isRecord(conversation) &&
    ['mapping', 'current_node', 'conversation_id'].some((key) => Object.hasOwn(conversation, key)),

  read(conversation, now) {
    const chat = asRecord(conversation);
    if (!isRecord(chat.mapping)) {
      throw new UnreadableConversation('It has no messages: the file gives only its title.');
    }
    const tree = grow(chat.mapping, now);
    const currentNode = asId(chat.current_node);
    return assembleChat(
      {
        source: 'chatgpt',
        externalId: asId(chat.conversation_id) ?? asId(chat.id),
        title: asTitle(chat.title),
        createdAt: asTime(chat.create_time, now),
        updatedAt: asTime(chat.update_time, now),
        archived: chat.is_archived === true,
        pinned: chat.is_starred === true || asTime(chat.pinned_time, now) !== null,
        model: asModel(chat.default_model_slug),
        activeId: currentNode === null ? null : tree.nearest(currentNode),
        nodes: tree.nodes,
      },
      now,
    );
  },
};
