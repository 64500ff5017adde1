import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { IdParams } from './values.ts';

/** A message in Open WebUI's format. Source: `history.messages` of a chat exported by Open WebUI. */
const CommunityMessage = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  childrenIds: z.array(z.string()),
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  model: z.string().optional(),
  done: z.boolean(),
  /** Unix seconds. */
  timestamp: z.number(),
});

/** What a community site receives, as `JSON.stringify` of exactly this, after it posted `"loaded"`. */
export const CommunityPayload = z.object({
  chat: z.object({
    title: z.string(),
    models: z.array(z.string()),
    params: z.object({}),
    tags: z.array(z.string()),
    history: z.object({
      currentId: z.string().nullable(),
      messages: z.record(z.string(), CommunityMessage),
    }),
    /** The active branch. */
    messages: z.array(CommunityMessage),
    /** Unix milliseconds. */
    timestamp: z.number(),
  }),
  models: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type CommunityPayload = z.output<typeof CommunityPayload>;

export const communityEndpoints = {
  shareToCommunity: endpoint({
    method: 'POST',
    path: '/chats/:id/community',
    params: IdParams,
    response: CommunityPayload,
  }),
};
