import { isMember, type Policy } from '../../platform/policy.ts';

type Action = 'read' | 'change';

/** A chat belongs to its owner alone: nobody else, admins included, can read it or learn that it exists. */
export const chatPolicy: Policy<{ ownerId: string }, Action> = {
  read: (actor, chat) => isMember(actor) && chat.ownerId === actor.id,
  change: (actor, chat) => isMember(actor) && chat.ownerId === actor.id,
};
