import { isMember, type Policy } from '../../platform/policy.ts';
import type { SharingPolicy } from './sharing.state.ts';

type Action = 'read' | 'change';

/** A link is managed by its owner alone: admins included, nobody else lists it, changes it or revokes it here. */
export const linkPolicy: Policy<{ ownerId: string }, Action> = {
  read: (actor, link) => isMember(actor) && link.ownerId === actor.id,
  change: (actor, link) => isMember(actor) && link.ownerId === actor.id,
};

/** Every member may share with everyone here and with chosen people. */
export const sharingPolicy: SharingPolicy = { audiences: ['instance', 'restricted'] };
