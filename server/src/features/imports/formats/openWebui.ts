import { ChatSettings } from '#shared/chats';
import { assembleChat, type DraftMessage } from './assemble.ts';
import { UnreadableConversation, type ImportFormat } from './importedChat.ts';
import { splitDetails, type SplitText } from './openWebuiDetails.ts';
import { buildTree, readPositions, type RawNode, type Tree } from './tree.ts';
import {
  asId,
  asList,
  asModel,
  asRecord,
  asText,
  asTime,
  asTitle,
  isRecord,
  type Untrusted,
} from './untrusted.ts';

/** Returns the text of a list `[{ type: 'output_text', text }]`, the form of the items of `output`. */
const partsText = (content: unknown): string =>
  asList(content)
    .map((part) => asText(asRecord(part).text))
    .filter((text) => text !== '')
    .join('\n\n');

/** Newer versions store the model's output in `output`, and only its rendering in `content`. */
function fromOutput(output: unknown): SplitText | undefined {
  const items = asList(output).map(asRecord);
  const textOf = (type: string) =>
    items
      .filter((item) => item.type === type)
      .map((item) => partsText(item.content) || partsText(item.summary))
      .filter((text) => text !== '')
      .join('\n\n');
  const text = textOf('message');
  if (text === '') return undefined;
  const durations = items.filter(({ type, duration }) => type === 'reasoning' && Number.isFinite(duration));
  const seconds = durations.reduce((sum, { duration }) => sum + Math.max(0, duration as number), 0);
  const reasoningMs = durations.length > 0 && seconds < 1e6 ? Math.round(seconds * 1000) : null;
  return { text, reasoning: textOf('reasoning'), reasoningMs };
}

/** Files are not part of an export, so the text names them. */
function withFileNames(text: string, files: unknown): string {
  const names = asList(files).map((file) => {
    const { type, name } = asRecord(file);
    return type === 'image' ? '[image]' : `[file: ${asTitle(name) || 'unnamed'}]`;
  });
  return [text, ...names].filter((part) => part !== '').join('\n\n');
}

function readMessage(message: Untrusted, now: number): DraftMessage | null {
  const { role } = message;
  if (role !== 'user' && role !== 'assistant') return null;
  const createdAt = asTime(message.timestamp, now);
  const content = asText(message.content) || partsText(message.content);
  if (role === 'user') {
    const text = withFileNames(content, message.files);
    return { role, content: text, reasoning: null, reasoningMs: null, model: null, createdAt };
  }
  const rendered = splitDetails(content);
  const split = fromOutput(message.output) ?? rendered;
  return {
    role,
    content: withFileNames(split.text, message.files),
    reasoning: split.reasoning || rendered.reasoning || null,
    reasoningMs: split.reasoningMs ?? rendered.reasoningMs,
    model: asModel(message.model),
    createdAt,
  };
}

function treeFromHistory(messages: Map<string, unknown>, now: number): Tree<DraftMessage> {
  const positions = readPositions(messages, 'parentId', 'childrenIds');
  const raw: RawNode<DraftMessage>[] = [];
  for (const [id, message] of messages) {
    raw.push({ id, ...positions.get(id)!, message: readMessage(asRecord(message), now) });
  }
  return buildTree(raw);
}

/** The oldest exports contain a single branch as a list. */
function treeFromList(messages: readonly unknown[], now: number): Tree<DraftMessage> {
  return buildTree(
    messages.map((message, index) => ({
      id: String(index),
      parentId: index === 0 ? null : String(index - 1),
      rank: 0,
      message: readMessage(asRecord(message), now),
    })),
  );
}

/** Returns messages by id: by the keys of an object, or by the ids in a list. */
function messagesById(messages: unknown): Map<string, unknown> {
  if (isRecord(messages)) return new Map(Object.entries(messages));
  const entries = asList(messages).map((message) => [asId(asRecord(message).id), message] as const);
  return new Map(entries.filter((entry): entry is readonly [string, unknown] => entry[0] !== null));
}

/** Returns the chat's settings that are valid here. The system prompt is inside or beside `params`. */
function settingsOf(chat: Untrusted): ChatSettings {
  const params = asRecord(chat.params);
  const values = {
    systemPrompt: asText(params.system) || asText(chat.system) || undefined,
    temperature: params.temperature,
    topP: params.top_p,
    maxTokens: params.max_tokens,
  };
  let settings: ChatSettings = {};
  for (const [name, value] of Object.entries(values)) {
    const parsed = ChatSettings.safeParse({ [name]: value });
    if (value !== undefined && parsed.success) settings = { ...settings, ...parsed.data };
  }
  return settings;
}

/**
 * Open WebUI: Settings → Data Controls → Export, one chat or all. Parley exports the same format. In the older format,
 * the fields of `chat` are beside the title.
 */
export const openWebui: ImportFormat = {
  detect: (conversation) =>
    isRecord(conversation) &&
    (Object.hasOwn(conversation, 'chat') || isRecord(asRecord(conversation.history).messages)),

  read(conversation, now) {
    const outer = asRecord(conversation);
    const chat = Object.hasOwn(outer, 'chat') ? asRecord(outer.chat) : outer;
    const history = asRecord(chat.history);
    const messages = messagesById(history.messages);
    const list = asList(chat.messages);
    if (messages.size === 0 && list.length === 0) throw new UnreadableConversation('It has no messages.');
    const tree = messages.size > 0 ? treeFromHistory(messages, now) : treeFromList(list, now);
    const currentId = asId(history.currentId);
    return assembleChat(
      {
        source: 'openwebui',
        externalId: asId(outer.id) ?? asId(chat.id),
        title: asTitle(outer.title) || asTitle(chat.title),
        createdAt: asTime(outer.created_at, now) ?? asTime(chat.timestamp, now),
        updatedAt: asTime(outer.updated_at, now),
        archived: outer.archived === true,
        pinned: outer.pinned === true,
        model: asModel(asList(chat.models)[0]),
        settings: settingsOf(chat),
        activeId: currentId === null ? null : tree.nearestVisible(currentId),
        nodes: tree.nodes,
      },
      now,
    );
  },
};
