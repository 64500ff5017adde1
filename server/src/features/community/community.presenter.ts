import type { CommunityPayload } from '#shared/community';
import type { Model } from '#shared/models';
import { groupBy } from '../../platform/db/groupBy.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageRow } from '../messages/messages.queries.ts';

type PayloadMessage = CommunityPayload['chat']['messages'][number];

/** The chat as a community site accepts it. Every field is named: settings, reasoning and errors never leave the server. */
export function presentCommunityPayload(
  chat: ChatRow,
  messages: MessageRow[],
  branchIds: string[],
  models: Model[],
): CommunityPayload {
  const children = groupBy(messages, (row) => row.parentId);
  const byId = new Map(messages.map((row) => [row.id, presentMessage(row, children.get(row.id) ?? [])]));
  const usedModels = [...new Set(messages.map((row) => row.model).filter((model) => model !== null))];
  return {
    chat: {
      title: chat.title,
      models: usedModels,
      params: {},
      tags: [],
      history: { currentId: chat.activeMessageId, messages: Object.fromEntries(byId) },
      messages: branchIds.map((id) => byId.get(id)).filter((message) => message !== undefined),
      timestamp: chat.createdAt,
    },
    models: usedModels.map((id) => ({ id, name: models.find((model) => model.id === id)?.name ?? id })),
  };
}

const presentMessage = (row: MessageRow, children: MessageRow[]): PayloadMessage => ({
  id: row.id,
  parentId: row.parentId,
  childrenIds: children.map((child) => child.id),
  role: row.role,
  content: row.content,
  ...(row.model !== null && { model: row.model }),
  done: true,
  timestamp: Math.floor(row.createdAt / 1_000),
});
