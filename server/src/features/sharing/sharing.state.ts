import type { Audience } from '#shared/sharing';
import type { Role } from '#shared/users';

/** Why a link cannot be read. Told to its owner alone; to everyone else it is not there. */
export type Reason =
  | 'revoked'
  | 'expired'
  | 'paused'
  | 'owner_not_allowed'
  | 'audience_not_allowed'
  | 'viewer_not_allowed'
  | 'not_in_audience';

export type EffectiveState = { readable: true } | { readable: false; reason: Reason };

export interface LinkFacts {
  ownerId: string;
  audienceKind: Audience['kind'];
  /** Epoch milliseconds; null: it does not expire. */
  expiresAt: number | null;
  pausedReason: string | null;
  revokedAt: number | null;
}

export interface Standing {
  role: Role;
  active: boolean;
}
export interface Viewer extends Standing {
  id: string;
}

/** What the instance lets links do, whatever their owners chose. */
export interface SharingPolicy {
  audiences: readonly Audience['kind'][];
}

export interface StateContext {
  owner: Standing;
  /** The viewer is named in the link's audience; of no meaning where everyone may read. */
  named: boolean;
  policy: SharingPolicy;
}

const isActiveMember = ({ role, active }: Standing) => active && role !== 'pending';

/**
 * Whether this person may read this link at this moment. The one decision of all of sharing: pages, copies, lists and
 * open sockets ask here and nowhere else. The first reason that holds is the one told.
 */
export function effectiveState(
  link: LinkFacts,
  viewer: Viewer,
  now: number,
  { owner, named, policy }: StateContext,
): EffectiveState {
  const isOwner = viewer.id === link.ownerId;
  const obstacles: [boolean, Reason][] = [
    [link.revokedAt !== null, 'revoked'],
    [link.expiresAt !== null && link.expiresAt <= now, 'expired'],
    [link.pausedReason !== null, 'paused'],
    [!isActiveMember(owner), 'owner_not_allowed'],
    [!policy.audiences.includes(link.audienceKind), 'audience_not_allowed'],
    [!isActiveMember(viewer), 'viewer_not_allowed'],
    [!isOwner && link.audienceKind === 'restricted' && !named, 'not_in_audience'],
  ];
  const reason = obstacles.find(([holds]) => holds)?.[1];
  return reason ? { readable: false, reason } : { readable: true };
}
