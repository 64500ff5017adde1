import { assembleChat, type DraftMessage } from './assemble.ts';
import { splitDetails, type SplitText } from './openWebuiDetails.ts';
import { UnreadableConversation, type ImportFormat } from './importedChat.ts';
import { readLinks } from './links.ts';
import { settingsOf } from './openWebuiSettings.ts';
import { asTime } from './times.ts';
import { buildTree, type RawNode, type Tree } from './tree.ts';
import { asId, asList, asModel, asRecord, asText, asTitle, isRecord, type Untrusted } from './untrusted.ts';

/** `[{ type: 'output_text', text }]`, as the items of `output` hold their words. */
const partsText = (content: unknown): string =>
  asList(content)
    .map((part) => asText(asRecord(part).text))
    .filter((text) => text !== '')
    .join('\n\n');

/** Newer versions keep what the model sent in `output`, and in `content` only its rendering. */
function fromOutput(output: unknown): SplitText | undefined {
  const items = asList(output).map(asRecord);
  const join = (type: string) =>
    items
      .filter((item) => item.type === type)
      .map((item) => partsText(item.content) || partsText(item.summary))
      .filter((text) => text !== '')
      .join('\n\n');
  const text = join('message');
  if (text === '') return undefined;
  const durations = items.filter(({ type, duration }) => type === 'reasoning' && Number.isFinite(duration));
  const seconds = durations.reduce((sum, { duration }) => sum + Math.max(0, duration as number), 0);
  const reasoningMs = durations.length > 0 && seconds < 1e6 ? Math.round(seconds * 1000) : null;
  return { text, reasoning: join('reasoning'), reasoningMs };
}

/** Files are not part of an export; what is left of them is said in the text. */
function withFiles(text: string, files: unknown): string {
  const marks = asList(files).map((file) => {
    const { type, name } = asRecord(file);
    return type === 'image' ? '[image]' : `[file: ${asTitle(name) || 'unnamed'}]`;
  });
  return [text, ...marks].filter((part) => part !== '').join('\n\n');
}

function readMessage(message: Untrusted, now: number): DraftMessage | null {
  const { role } = message;
  if (role !== 'user' && role !== 'assistant') return null;
  const createdAt = asTime(message.timestamp, now);
  const content = asText(message.content) || partsText(message.content);
  if (role === 'user') {
    const text = withFiles(content, message.files);
    return { role, content: text, reasoning: null, reasoningMs: null, model: null, createdAt };
  }
  const written = splitDetails(content);
  const split = fromOutput(message.output) ?? written;
  return {
    role,
    content: withFiles(split.text, message.files),
    reasoning: split.reasoning || written.reasoning || null,
    reasoningMs: split.reasoningMs ?? written.reasoningMs,
    model: asModel(message.model),
    createdAt,
  };
}

function growFromHistory(messages: Map<string, unknown>, now: number): Tree<DraftMessage> {
  const places = readLinks(messages, 'parentId', 'childrenIds');
  const raw: RawNode<DraftMessage>[] = [];
  for (const [id, message] of messages) {
    raw.push({ id, ...places.get(id)!, content: readMessage(asRecord(message), now) });
  }
  return buildTree(raw);
}

/** The oldest exports know one branch only, as a list. */
function growFromList(messages: readonly unknown[], now: number): Tree<DraftMessage> {
  return buildTree(
    messages.map((message, place) => ({
      id: String(place),
      parentId: place === 0 ? null : String(place - 1),
      rank: 0,
      shown: readMessage(asRecord(message), now),
    })),
  );
}

/** By their keys where they are an object, by their own ids where they are a list. */
function historyOf(messages: unknown): Map<string, unknown> {
  if (isRecord(messages)) return new Map(Object.entries(messages));
  const entries = asList(messages).map((message) => [asId(asRecord(message).id), message] as const);
  return new Map(entries.filter((entry): entry is readonly [string, unknown] => entry[0] !== null));
}

/**
 * Open WebUI: Settings → Data Controls → Export, one chat or all; ours are of the same shape. In the older one the
 * fields of `chat` stand beside the title.
 */
export const openWebui: ImportFormat = {
  detect: (conversation) =>
    isRecord(conversation) &&
    (Object.hasOwn(conversation, 'chat') || isRecord(asRecord(conversation.history).messages)),

  read(conversation, now) {
    const outer = asRecord(conversation);
    const chat = Object.hasOwn(outer, 'chat') ? asRecord(outer.chat) : outer;
    const history = asRecord(chat.history);
    const messages = historyOf(history.messages);
    const list = asList(chat.messages);
    if (messages.size === 0 && list.length === 0) throw new UnreadableConversation('It has no messages.');
    const tree = messages.size > 0 ? growFromHistory(messages, now) : growFromList(list, now);
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
        activeId: currentId === null ? null : tree.nearest(currentId),
        nodes: tree.nodes,
      },
      now,
    );
  },
};
