import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { limits } from '#shared/limits';
import type { SnapshotMessage } from '#shared/sharing';
import { refused } from '../../platform/errors.ts';
import type { MessageRow } from '../messages/messages.queries.ts';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Brotli's scale ends at 11; from 6 on it takes several times as long for a few per cent. */
const quality = 5;
/** Characters serialised before other requests get their turn: about 2 ms of work. */
const charsPerTurn = 250_000;

/** Stands for the link in a preview, before there is one. */
export const noLinkYet = 'preview';

export interface Serialised {
  json: string;
  /** SHA-256 of `json`. */
  hash: string;
  messageCount: number;
}

/** The same message has the same id in every version of a link, and ids of two links cannot be matched. */
export const idInLink = (linkId: string, messageId: string): string =>
  createHash('sha256').update(`${linkId}:${messageId}`).digest('base64url').slice(0, 16);

const isShown = (row: MessageRow) =>
  row.status !== 'streaming' && row.status !== 'failed' && row.content.trim() !== '';

/** What readers get of a branch. Every field is named here; whatever a message holds besides stays at home. */
export const snapshotOf = (linkId: string, branch: MessageRow[]): SnapshotMessage[] =>
  branch.filter(isShown).map((row) => ({
    id: idInLink(linkId, row.id),
    role: row.role,
    content: row.content,
    ...(row.reasoning && { reasoning: row.reasoning }),
    ...(row.reasoning && row.reasoningMs !== null && { reasoningMs: row.reasoningMs }),
    ...(row.model !== null && { model: row.model }),
    createdAt: new Date(row.createdAt).toISOString(),
    ...(row.edited && { edited: true as const }),
  }));

/** The messages as JSON text, made once and in pieces. Throws `refused` beyond `limits.snapshotChars`. */
export async function serialise(messages: SnapshotMessage[]): Promise<Serialised> {
  const hash = createHash('sha256');
  let json = '[';
  let hashed = 0;
  const hashTheRest = () => {
    hash.update(json.slice(hashed));
    hashed = json.length;
  };
  for (const [i, message] of messages.entries()) {
    json += `${i === 0 ? '' : ','}${JSON.stringify(message)}`;
    if (json.length > limits.snapshotChars) {
      throw refused('This chat is too large for a link. Share a shorter branch of it.', 'snapshot_too_large');
    }
    if (json.length - hashed < charsPerTurn) continue;
    hashTheRest();
    await nextTurn();
  }
  json += ']';
  hashTheRest();
  return { json, hash: hash.digest('base64url'), messageCount: messages.length };
}

/** Compressed off the main thread. */
export const pack = (text: string): Promise<Buffer> =>
  compress(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });

export const unpack = async (packed: Uint8Array): Promise<string> => (await decompress(packed)).toString();

/** What `pack` took, as messages again: it was ours when it went in. */
export const unpackMessages = async (packed: Uint8Array): Promise<SnapshotMessage[]> =>
  JSON.parse(await unpack(packed)) as SnapshotMessage[];
