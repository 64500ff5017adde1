import { isMember, type Policy } from '../../platform/policy.ts';

type Action = 'read' | 'change';

/** A chat is its owner's alone: admins included, nobody else reads it or learns that it exists. */
export const chatPolicy: Policy<{ ownerId: string }, Action> = {
  read: (actor, chat) => isMember(actor) && chat.ownerId === actor.id,
  change: (actor, chat) => isMember(actor) && chat.ownerId === actor.id,
};
