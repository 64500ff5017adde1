import { createHash } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { limits } from '#shared/limits';
import type { Snapshot, SnapshotMessage } from '#shared/sharing';
import { conflict, refused, type DomainError } from '../../platform/errors.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import { branchOf, readSlices, readTree } from '../messages/longChats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';

const brotli = promisify(brotliCompress);
const unbrotli = promisify(brotliDecompress);

/** Brotli's quality, at most 11. From 6 on, compression takes several times as long and saves a few percent. */
const quality = 5;
/** Characters serialized before other requests are served: about 2 ms of work. */
const charsPerPiece = 250_000;

/** Used as the link id in a preview of a chat that has no link yet. */
export const previewLinkId = 'preview';

export interface SerializedMessages {
  /** JSON text of the messages, in pieces: joining and encoding a large text at once would hold up other requests. */
  pieces: string[];
  /** SHA-256 of the text. */
  hash: string;
}

export interface SnapshotOptions {
  linkId: string;
  includeReasoning: boolean;
}

/** A snapshot whose messages are serialized already. */
export interface PreviewText {
  head: Omit<Snapshot, 'messages'>;
  messages: SerializedMessages;
}

/** The active branch as viewers would see it now. Answers still being written are left out. */
export type BranchSnapshot = {
  includeReasoning: boolean;
  /** Whether the branch has reasoning, included or not. Beyond the size limit, whether the part that was read has. */
  hasReasoning: boolean;
  /** Ids in the link. Beyond the size limit messages are not read, and those that would be left out are included. */
  messageIds: string[];
} & (
  | { refusal: null; content: SerializedMessages }
  /** Why publishing this snapshot is refused. Content is absent when it is too large. */
  | { refusal: DomainError; content: SerializedMessages | undefined }
);

/**
 * Reads and serializes the active branch of a chat once, up to the size limit. `refusal` says why it cannot be
 * published.
 */
export async function readSnapshot(
  messageQueries: MessageQueries,
  chat: ChatRow,
  { linkId, includeReasoning }: SnapshotOptions,
): Promise<BranchSnapshot> {
  // Checked before the branch is read: a run that starts later increments the chat's version.
  const streaming = (await messageQueries.streaming(chat.id)).length > 0;
  const branch = branchOf(await readTree(messageQueries, chat.id), chat.activeMessageId);
  const messageIds: string[] = [];
  let read = 0;
  let hasReasoning = false;
  const shown = async function* () {
    for await (const rows of readSlices(messageQueries, branch)) {
      read += rows.length;
      hasReasoning ||= rows.some((row) => isShown(row) && !!row.reasoning);
      const messages = toSnapshot(linkId, rows, includeReasoning);
      for (const message of messages) messageIds.push(message.id);
      yield* messages;
    }
  };
  const content = await serialize(shown());
  if (!content) for (const { id } of branch.slice(read)) messageIds.push(idInLink(linkId, id));
  const snapshot = { messageIds, includeReasoning, hasReasoning };
  if (streaming) return { ...snapshot, content, refusal: refusals.streaming() };
  if (messageIds.length === 0) return { ...snapshot, content, refusal: refusals.empty() };
  if (!content) return { ...snapshot, content, refusal: refusals.tooLarge() };
  return { ...snapshot, content, refusal: null };
}

const refusals = {
  streaming: () =>
    conflict(
      'An answer is still being written. Wait until it is finished, or stop it, then share.',
      'streaming',
    ),
  empty: () =>
    refused('There is nothing to share in this chat yet. Ask something first.', 'nothing_to_share'),
  tooLarge: () =>
    refused('This chat is too large for a link. Share a shorter branch of it.', 'snapshot_too_large'),
};

/** A message has the same id in every version of a link, and ids of two links cannot be matched. */
export const idInLink = (linkId: string, messageId: string): string =>
  createHash('sha256').update(`${linkId}:${messageId}`).digest('base64url').slice(0, 16);

const isShown = (row: MessageRow) =>
  row.status !== 'streaming' && row.status !== 'failed' && row.content.trim() !== '';

/** Returns a branch as viewers see it. Every field is named here, and no other column leaves the server. */
export const toSnapshot = (
  linkId: string,
  branch: MessageRow[],
  includeReasoning: boolean,
): SnapshotMessage[] =>
  branch.filter(isShown).map((row) => ({
    id: idInLink(linkId, row.id),
    role: row.role,
    content: row.content,
    ...(includeReasoning && reasoningOf(row)),
    ...(row.model !== null && { model: row.model }),
    createdAt: new Date(row.createdAt).toISOString(),
    ...(row.edited && { edited: true as const }),
  }));

const reasoningOf = ({ reasoning, reasoningMs }: MessageRow) =>
  reasoning ? { reasoning, ...(reasoningMs !== null && { reasoningMs }) } : {};

/** Returns the messages as JSON text; undefined beyond `limits.snapshotChars`, without reading the rest of them. */
export async function serialize(
  messages: AsyncIterable<SnapshotMessage> | Iterable<SnapshotMessage>,
): Promise<SerializedMessages | undefined> {
  const hash = createHash('sha256');
  const pieces: string[] = [];
  let piece = '[';
  let length = 0;
  const take = () => {
    hash.update(piece);
    pieces.push(piece);
    length += piece.length;
    piece = '';
  };
  let separator = '';
  for await (const message of messages) {
    piece += separator + JSON.stringify(message);
    separator = ',';
    if (length + piece.length > limits.snapshotChars) return undefined;
    if (piece.length < charsPerPiece) continue;
    take();
    await yieldToEventLoop();
  }
  piece += ']';
  take();
  return { pieces, hash: hash.digest('base64url') };
}

/** Compresses the text outside the main thread. */
export const compress = (text: string | Buffer): Promise<Buffer> =>
  brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });

/** Like `compress`, for a text in pieces, with other requests served between them. */
export async function compressPieces(pieces: string[]): Promise<Buffer> {
  const encoded: Buffer[] = [];
  for (const piece of pieces) {
    encoded.push(Buffer.from(piece));
    await yieldToEventLoop();
  }
  return compress(Buffer.concat(encoded));
}

export const decompress = async (body: Uint8Array): Promise<string> => (await unbrotli(body)).toString();

/** How the text of a message starts in a snapshot. It occurs nowhere else: a quote inside a text is escaped. */
const messageStart = '{"id":"';

/** Yields the texts of the messages in a stored snapshot. */
function* messagesIn(json: string): Generator<string> {
  for (let start = json.indexOf(messageStart); start !== -1;) {
    const next = json.indexOf(messageStart, start + messageStart.length);
    yield json.slice(start, next === -1 ? json.lastIndexOf(']') : next - 1);
    start = next;
  }
}

/** Reads a stored snapshot, with other requests served meanwhile. It is not parsed by a schema: this server wrote it. */
export async function decompressMessages(body: Uint8Array): Promise<SnapshotMessage[]> {
  const messages: SnapshotMessage[] = [];
  let characters = 0;
  for (const json of messagesIn(await decompress(body))) {
    messages.push(JSON.parse(json) as SnapshotMessage);
    characters += json.length;
    if (characters < charsPerPiece) continue;
    characters = 0;
    await yieldToEventLoop();
  }
  return messages;
}
