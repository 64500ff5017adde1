import type { Message } from '#shared/messages';
import type { MessageRow } from './messages.queries.ts';

export const presentMessage = (row: MessageRow, siblings: string[]): Message => ({
  id: row.id,
  parentId: row.parentId,
  role: row.role,
  content: row.content,
  reasoning: row.reasoning,
  reasoningMs: row.reasoningMs,
  model: row.model,
  status: row.status,
  error: row.error,
  edited: row.edited,
  createdAt: new Date(row.createdAt).toISOString(),
  siblings,
});
