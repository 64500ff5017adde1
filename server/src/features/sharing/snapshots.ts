import { createHash } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { limits } from '#shared/limits';
import type { SnapshotMessage } from '#shared/sharing';
import { conflict, refused, type DomainError } from '../../platform/errors.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';

const brotli = promisify(brotliCompress);
const unbrotli = promisify(brotliDecompress);

/** Brotli's quality, at most 11. From 6 on, compression takes several times as long and saves a few percent. */
const quality = 5;
/** Characters serialized before other requests are served: about 2 ms of work. */
const charsBetweenYields = 250_000;

/** Used as the link id in a preview of a chat that has no link yet. */
export const previewLinkId = 'preview';

export interface SerializedMessages {
  json: string;
  /** SHA-256 of `json`. */
  hash: string;
}

export interface SnapshotOptions {
  linkId: string;
  includeReasoning: boolean;
}

/** The active branch as viewers would see it now. Answers still being written are left out. */
export type BranchSnapshot = {
  messages: SnapshotMessage[];
  includeReasoning: boolean;
  /** Whether the branch has reasoning, included or not. */
  hasReasoning: boolean;
} & (
  | { refusal: null; content: SerializedMessages }
  /** Why publishing this snapshot is refused. Content is absent when it is too large. */
  | { refusal: DomainError; content: SerializedMessages | undefined }
);

/** Reads and serializes the active branch of a chat once. `refusal` says why it cannot be published. */
export async function readSnapshot(
  messageQueries: MessageQueries,
  chat: ChatRow,
  { linkId, includeReasoning }: SnapshotOptions,
): Promise<BranchSnapshot> {
  const { id, activeMessageId } = chat;
  // Checked before the branch is read: a run that starts later increments the chat's version.
  const streaming = (await messageQueries.streaming(id)).length > 0;
  const branch =
    activeMessageId === null ? [] : await messageQueries.branch(id, activeMessageId, limits.messagesPerChat);
  const messages = toSnapshot(linkId, branch, includeReasoning);
  const content = await serialize(messages);
  const snapshot = {
    messages,
    includeReasoning,
    hasReasoning: branch.some((row) => isShown(row) && hasReasoning(row)),
  };
  if (streaming) return { ...snapshot, content, refusal: refusals.streaming() };
  if (messages.length === 0) return { ...snapshot, content, refusal: refusals.empty() };
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

const hasReasoning = (row: MessageRow) => !!row.reasoning;

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

/** Returns the messages as JSON text, built in pieces; undefined beyond `limits.snapshotChars`. */
export async function serialize(messages: SnapshotMessage[]): Promise<SerializedMessages | undefined> {
  const hash = createHash('sha256');
  let json = '[';
  let hashed = 0;
  const hashRest = () => {
    hash.update(json.slice(hashed));
    hashed = json.length;
  };
  for (const [i, message] of messages.entries()) {
    json += `${i === 0 ? '' : ','}${JSON.stringify(message)}`;
    if (json.length > limits.snapshotChars) return undefined;
    if (json.length - hashed < charsBetweenYields) continue;
    hashRest();
    await yieldToEventLoop();
  }
  json += ']';
  hashRest();
  return { json, hash: hash.digest('base64url') };
}

/** Compresses the text outside the main thread. */
export const compress = (text: string): Promise<Buffer> =>
  brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });

export const decompress = async (body: Uint8Array): Promise<string> => (await unbrotli(body)).toString();

/** Reads a stored snapshot. It is not parsed by a schema: this server wrote it. */
export const decompressMessages = async (body: Uint8Array): Promise<SnapshotMessage[]> =>
  JSON.parse(await decompress(body)) as SnapshotMessage[];
