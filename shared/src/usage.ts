import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listOf, PageQuery } from './lists.ts';
import { Id } from './values.ts';

/** Bytes of text and of the snapshots of links, with a little for each row. */
const Bytes = z.number();

/** What a person, or the whole instance, uses now. */
const Use = z.object({
  storageBytes: Bytes,
  runningAnswers: z.number(),
  sockets: z.number(),
  imports: z.number(),
});

export const PersonUsage = Use.extend({
  id: Id,
  name: z.string(),
  email: z.string(),
  active: z.boolean(),
});
export type PersonUsage = z.output<typeof PersonUsage>;

/** What one person may use at most. Null: no limit. */
export const UsageLimits = z.object({
  storageBytes: Bytes.nullable(),
  runningAnswers: z.number(),
  sockets: z.number(),
  imports: z.number(),
});
export type UsageLimits = z.output<typeof UsageLimits>;

export const InstanceUsage = Use.extend({
  /** Null: no limit. */
  storageLimitBytes: Bytes.nullable(),
  /** Chats whose storage is not counted yet, so that `storageBytes` is too low. */
  uncountedChats: z.number(),
});
export type InstanceUsage = z.output<typeof InstanceUsage>;

export const OwnUsage = z.object({
  /** Null when the instance sets no limit. */
  storage: z.object({ bytes: Bytes, limitBytes: Bytes }).nullable(),
});
export type OwnUsage = z.output<typeof OwnUsage>;

export const usageEndpoints = {
  getOwnUsage: endpoint({ method: 'GET', path: '/me/usage', response: OwnUsage }),
  /** The instance, and a page of people: those with most storage first. */
  getUsage: endpoint({
    method: 'GET',
    path: '/admin/usage',
    query: PageQuery,
    response: listOf(PersonUsage).extend({ instance: InstanceUsage, limits: UsageLimits }),
  }),
};
