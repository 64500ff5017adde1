import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { listOf, PageQuery, SearchQuery } from './lists.ts';
import { Message } from './messages.ts';
import { BooleanParam, IdParams, Id, Time, Title } from './values.ts';

/** Everyone signed in to this instance, or specific people. */
export const Audience = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('instance') }),
  z.object({
    kind: z.literal('restricted'),
    userIds: z.array(Id).max(limits.audienceSize),
    /** Must be empty: groups do not exist yet. */
    groupIds: z.array(Id).max(limits.audienceSize).default([]),
  }),
]);
export type Audience = z.output<typeof Audience>;

/** Share ids contain 192 random bits. */
export const ShareId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not a share id');
const ShareIdParams = z.object({ id: ShareId });

export const SharedLink = z.object({
  id: ShareId,
  url: z.string(),
  chatId: Id,
  title: z.string(),
  showAuthor: z.boolean(),
  /** Whether the snapshot includes the model's reasoning. */
  includeReasoning: z.boolean(),
  audience: Audience,
  createdAt: Time,
  updatedAt: Time,
  expiresAt: Time.nullable(),
  version: z.number(),
  /** The chat's version that the snapshot was taken from. */
  chatVersion: z.number(),
  /** False once the chat's active branch differs from the snapshot. */
  upToDate: z.boolean(),
  /**
   * Why nobody can open it; null while it is live. Shown to the owner only. All except `expired` are reserved for the
   * sharing policy, which will limit who may share with whom, and for the monthly review, which will pause links.
   */
  inactiveReason: z.enum(['expired', 'paused', 'audience_not_allowed', 'owner_not_allowed']).nullable(),
});
export type SharedLink = z.output<typeof SharedLink>;

const LinkOptions = z.object({
  /** Absent when the link is created: the chat's title. */
  title: Title.optional(),
  showAuthor: z.boolean().optional(),
  audience: Audience.optional(),
  /** Null: it does not expire. */
  expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
});
export type LinkOptions = z.input<typeof LinkOptions>;

/** What a snapshot includes. Absent: as in the link; without a link, no reasoning. */
const SnapshotOptions = z.object({ includeReasoning: z.boolean().optional() });
const SnapshotQuery = z.object({ includeReasoning: BooleanParam.optional() });

/** A message as viewers of a link see it. Every field is listed here, and no other leaves the server. */
export const SnapshotMessage = z.object({
  /** Stable within this link only: it does not reveal the id of the original message. */
  id: z.string(),
  role: Message.shape.role,
  content: z.string(),
  reasoning: z.string().optional(),
  reasoningMs: z.number().optional(),
  model: z.string().optional(),
  createdAt: Time,
  edited: z.literal(true).optional(),
});
export type SnapshotMessage = z.output<typeof SnapshotMessage>;

export const Snapshot = z.object({
  title: z.string(),
  author: z.object({ name: z.string() }).nullable(),
  messages: z.array(SnapshotMessage),
});
export type Snapshot = z.output<typeof Snapshot>;

export const SharedChat = Snapshot.extend({
  id: ShareId,
  createdAt: Time,
  updatedAt: Time,
  version: z.number(),
  /** Whether the viewer owns the link. */
  isOwner: z.boolean(),
});
export type SharedChat = z.output<typeof SharedChat>;

export const ShareState = z.object({
  link: SharedLink.nullable(),
  /** The version of the chat that all other fields describe. */
  chatVersion: z.number(),
  upToDate: z.boolean(),
  /** Whether the active branch has reasoning that a snapshot can include. */
  hasReasoning: z.boolean(),
  /** Messages of the active branch that are not in the snapshot. */
  newMessages: z.number(),
  /** What publishing now would store; null when publishing would be refused. */
  preview: Snapshot.nullable(),
  /** Why publishing now would be refused; null when it would succeed. */
  refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type ShareState = z.output<typeof ShareState>;

export const sharingEndpoints = {
  /** Raw, like the preview, because the messages of a preview are serialized only once. */
  getShare: endpoint({
    method: 'GET',
    path: '/chats/:id/share',
    params: IdParams,
    query: SnapshotQuery,
    response: ShareState,
    responseMode: 'raw',
  }),
  /** Exactly what `PUT` with the same options would store. */
  previewShare: endpoint({
    method: 'GET',
    path: '/chats/:id/share/preview',
    params: IdParams,
    query: SnapshotQuery,
    response: Snapshot,
    responseMode: 'raw',
  }),
  /** 201 when it creates the link, 200 when it updates the snapshot of the existing one. */
  publishShare: endpoint({
    method: 'PUT',
    path: '/chats/:id/share',
    params: IdParams,
    body: LinkOptions.extend(SnapshotOptions.shape).optional(),
    response: SharedLink,
  }),
  revokeShare: endpoint({ method: 'DELETE', path: '/chats/:id/share', status: 204, params: IdParams }),
  listLinks: endpoint({
    method: 'GET',
    path: '/shared-links',
    query: PageQuery.extend({
      query: SearchQuery,
      sort: z.enum(['updatedAt', 'title']).default('updatedAt'),
      order: z.enum(['asc', 'desc']).optional(),
    }),
    response: listOf(SharedLink).extend({ total: z.number() }),
  }),
  updateLink: endpoint({
    method: 'PATCH',
    path: '/shared-links/:id',
    params: ShareIdParams,
    body: LinkOptions,
    response: SharedLink,
  }),
  revokeLink: endpoint({ method: 'DELETE', path: '/shared-links/:id', status: 204, params: ShareIdParams }),
  restoreLink: endpoint({
    method: 'POST',
    path: '/shared-links/:id/restore',
    params: ShareIdParams,
    response: SharedLink,
  }),
  revokeLinks: endpoint({
    method: 'POST',
    path: '/shared-links/revoke',
    body: z.union([
      z.object({ ids: z.array(ShareId).min(1).max(limits.revokeBatch) }),
      z.object({ all: z.literal(true) }),
    ]),
    response: z.object({ revoked: z.number(), ids: z.array(ShareId) }),
  }),
  /** Undoes `revokeLinks`, within the same time as `restoreLink`. */
  restoreLinks: endpoint({
    method: 'POST',
    path: '/shared-links/restore',
    body: z.object({ ids: z.array(ShareId).min(1).max(limits.revokeBatch) }),
    response: z.object({ restored: z.number() }),
  }),
  /** Raw, because the messages are stored in the format they are sent in. */
  readSharedChat: endpoint({
    method: 'GET',
    path: '/shared/:id',
    params: ShareIdParams,
    response: SharedChat,
    responseMode: 'raw',
  }),
  continueSharedChat: endpoint({
    method: 'POST',
    path: '/shared/:id/continue',
    status: 201,
    params: ShareIdParams,
    response: z.object({ chatId: Id }),
  }),
};
