import { assembleChat, type DraftMessage } from './assemble.ts';
import { visibleContent } from './chatgptContent.ts';
import { UnreadableConversation, type ImportFormat } from './importedChat.ts';
import { buildTree, readPositions, type RawNode, type Tree, type TreeNode } from './tree.ts';
import { asId, asModel, asRecord, asText, asTime, asTitle, isRecord, type Untrusted } from './untrusted.ts';

/** A part of one turn: a turn of the assistant consists of many nodes. */
interface Fragment extends DraftMessage {
  /** It stopped at its length limit; the next fragment continues the same sentence. */
  truncated: boolean;
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
    truncated: asText(asRecord(metadata.finish_details).type) === 'max_tokens',
  };
}

/** Adds the seconds from the recap node that follows the reasoning. The recap itself is hidden. */
function addReasoningTimes(nodes: Map<string, unknown>, tree: Tree<Fragment>): void {
  const fragments = new Map(tree.nodes.map((node) => [node.id, node.message]));
  for (const [id, node] of nodes) {
    const message = asRecord(asRecord(node).message);
    if (asRecord(message.content).content_type !== 'reasoning_recap') continue;
    const seconds = asRecord(message.metadata).finished_duration_sec;
    const nearest = tree.nearestVisible(id);
    const fragment = nearest === null ? undefined : fragments.get(nearest);
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < 1e6) || !fragment?.reasoning) continue;
    fragment.reasoningMs = (fragment.reasoningMs ?? 0) + Math.round(seconds * 1000);
  }
}

const join = (a: string, b: string, separator: string) => (a === '' || b === '' ? a + b : a + separator + b);

/** The parts of one message, in order. A list, because a turn may have very many parts. */
interface Turn {
  parentId: string | null;
  parts: TreeNode<Fragment>[];
}

function collectTurns(tree: Tree<Fragment>): Turn[] {
  const childCounts = new Map<string | null, number>();
  for (const { parentId } of tree.nodes) childCounts.set(parentId, (childCounts.get(parentId) ?? 0) + 1);
  const turns: Turn[] = [];
  const turnOf = new Map<string, Turn>();
  for (const node of tree.nodes) {
    const parentTurn = node.parentId === null ? undefined : turnOf.get(node.parentId);
    const continuesTurn =
      parentTurn?.parts[0]!.message.role === 'assistant' &&
      node.message.role === 'assistant' &&
      childCounts.get(node.parentId) === 1;
    const turn = parentTurn && continuesTurn ? parentTurn : { parentId: node.parentId, parts: [] };
    if (turn.parts.length === 0) turns.push(turn);
    turn.parts.push(node);
    turnOf.set(node.id, turn);
  }
  return turns;
}

function mergeTurn({ parts }: Turn): DraftMessage {
  const fragments = parts.map(({ message }) => message);
  const first = fragments[0]!;
  const withReasoning = fragments.filter(({ reasoning }) => reasoning !== null);
  const times = withReasoning.map(({ reasoningMs }) => reasoningMs).filter((time) => time !== null);
  let content = '';
  let truncated = false;
  for (const fragment of fragments) {
    content = join(content, fragment.content, truncated ? '' : '\n\n');
    if (fragment.content !== '') truncated = fragment.truncated;
  }
  return {
    role: first.role,
    content,
    reasoning: withReasoning.length > 0 ? withReasoning.map(({ reasoning }) => reasoning).join('\n\n') : null,
    reasoningMs: times.length > 0 ? times.reduce((sum, time) => sum + time, 0) : null,
    model: fragments.findLast(({ model }) => model !== null)?.model ?? null,
    createdAt: first.createdAt,
  };
}

/**
 * Merges each turn into one message. Reasoning, code, its output and the answer are nodes below each other; a chain
 * without branches becomes one message with the id of its last node, because the file refers to that node.
 */
function mergeTurns(tree: Tree<Fragment>): Tree<DraftMessage> {
  const turns = collectTurns(tree);
  const mergedIds = new Map<string, string>();
  for (const { parts } of turns) for (const { id } of parts) mergedIds.set(id, parts[parts.length - 1]!.id);
  const mergedId = (id: string | null) => (id === null ? null : (mergedIds.get(id) ?? null));
  return {
    nodes: turns.map((turn) => ({
      id: mergedId(turn.parts[0]!.id)!,
      parentId: mergedId(turn.parentId),
      message: mergeTurn(turn),
    })),
    nearestVisible: (id) => mergedId(tree.nearestVisible(id)),
  };
}

function readTree(mapping: Untrusted, now: number): Tree<DraftMessage> {
  const nodes = new Map(Object.entries(mapping));
  const positions = readPositions(nodes, 'parent', 'children');
  const raw: RawNode<Fragment>[] = [];
  for (const [id, node] of nodes) {
    raw.push({ id, ...positions.get(id)!, message: readNode(asRecord(node), now) });
  }
  const tree = buildTree(raw);
  addReasoningTimes(nodes, tree);
  return mergeTurns(tree);
}

/** ChatGPT: Settings → Data controls → Export data. OpenAI publishes no schema, so every field may be missing. */
export const chatgpt: ImportFormat = {
  detect: (conversation) =>
    isRecord(conversation) &&
    ['mapping', 'current_node', 'conversation_id'].some((key) => Object.hasOwn(conversation, key)),

  read(conversation, now) {
    const chat = asRecord(conversation);
    if (!isRecord(chat.mapping)) {
      throw new UnreadableConversation('It has no messages: the file contains only its title.');
    }
    const tree = readTree(chat.mapping, now);
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
        activeId: currentNode === null ? null : tree.nearestVisible(currentNode),
        nodes: tree.nodes,
      },
      now,
    );
  },
};
