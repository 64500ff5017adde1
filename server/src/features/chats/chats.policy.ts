import { isMember, type Policy } from '../../platform/policy.ts';

/** Only its owner can access a chat. Nobody else, admins included, can read it or learn that it exists. */
export const chatPolicy: Policy<{ ownerId: string }, 'access'> = {
  access: (actor, chat) => isMember(actor) && chat.ownerId === actor.id,
};
