import type { Audience, SharedLink } from '#shared/sharing';
import type { Role } from '#shared/users';
import { NotAllowed, notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { isMember, type Actor, type Policy } from '../../platform/policy.ts';
import type { AudienceQueries, ViewedLink } from './audience.queries.ts';

/** Why a link cannot be read. Shown to its owner only; for everyone else the link does not exist. */
export type UnreadableReason =
  | 'revoked'
  | 'expired'
  | 'paused'
  | 'owner_not_allowed'
  | 'audience_not_allowed'
  | 'viewer_not_allowed'
  | 'not_in_audience';

export type EffectiveState = { readable: true } | { readable: false; reason: UnreadableReason };

export interface LinkFacts {
  ownerId: string;
  audienceKind: Audience['kind'];
  /** Epoch milliseconds; null: it does not expire. */
  expiresAt: number | null;
  /** Null while it is not paused. Reserved for the sharing policy and the monthly review. */
  pausedReason: string | null;
  revokedAt: number | null;
}

export interface AccountStatus {
  role: Role;
  active: boolean;
}
export interface Viewer extends AccountStatus {
  id: string;
}

/** What the instance allows for links. It overrides the choices of their owners. */
export interface SharingPolicy {
  audiences: readonly Audience['kind'][];
}

export interface StateContext {
  owner: AccountStatus;
  /** Whether the viewer is in the link's audience; ignored when everyone may read the link. */
  inAudience: boolean;
  policy: SharingPolicy;
}

/** Every member may share with everyone and with specific people. Constant until admins can set a sharing policy. */
const sharingPolicy: SharingPolicy = { audiences: ['instance', 'restricted'] };

const isActiveMember = ({ role, active }: AccountStatus) => active && role !== 'pending';

/**
 * Decides whether this person may read this link now. Pages, copies, lists and open sockets all use this function.
 * Returns the first reason that applies.
 */
export function effectiveState(
  link: LinkFacts,
  viewer: Viewer,
  now: number,
  { owner, inAudience, policy }: StateContext,
): EffectiveState {
  const isOwner = viewer.id === link.ownerId;
  const obstacles: [boolean, UnreadableReason][] = [
    [link.revokedAt !== null, 'revoked'],
    [link.expiresAt !== null && link.expiresAt <= now, 'expired'],
    [link.pausedReason !== null, 'paused'],
    [!isActiveMember(owner), 'owner_not_allowed'],
    [!policy.audiences.includes(link.audienceKind), 'audience_not_allowed'],
    [!isActiveMember(viewer), 'viewer_not_allowed'],
    [!isOwner && link.audienceKind === 'restricted' && !inAudience, 'not_in_audience'],
  ];
  const reason = obstacles.find(([applies]) => applies)?.[1];
  return reason ? { readable: false, reason } : { readable: true };
}

type InactiveReason = NonNullable<SharedLink['inactiveReason']>;
const inactiveReasons: readonly UnreadableReason[] = [
  'expired',
  'paused',
  'audience_not_allowed',
  'owner_not_allowed',
] satisfies InactiveReason[];
const isInactiveReason = (reason: UnreadableReason): reason is InactiveReason =>
  inactiveReasons.includes(reason);

/** Returns why nobody can open a link now, to show to its owner; null while it is live. */
export function inactiveReason(link: LinkFacts, owner: Actor, now: number): InactiveReason | null {
  const account = { ...owner, active: true };
  const context = { owner: account, inAudience: false, policy: sharingPolicy };
  const state = effectiveState(link, account, now, context);
  return !state.readable && isInactiveReason(state.reason) ? state.reason : null;
}

/** Only the owner manages a link: nobody else, admins included, can list, change or revoke it. */
export const linkPolicy: Policy<{ ownerId: string }, 'change'> = {
  change: (actor, link) => isMember(actor) && link.ownerId === actor.id,
};

/** Decides who may read a link now: loads what `effectiveState` needs and calls it. */
export class LinkAccess {
  #platform: Platform;
  #audiences: AudienceQueries;
  constructor(platform: Platform, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#audiences = audiences;
  }

  /** Returns the link if this person may read it. Throws the same 404 for every reason. */
  async require(viewer: Actor, id: string): Promise<ViewedLink> {
    const link = await this.#audiences.linkForViewer(id, viewer.id);
    if (!link) throw notFound();
    if (!this.#mayRead(link, { ...viewer, active: true }, link.inAudience)) throw new NotAllowed();
    return link;
  }

  /** Returns those of the people who may read the link now. */
  async allowedViewers(id: string, userIds: string[]): Promise<Set<string>> {
    const link = await this.#audiences.linkForViewer(id, '');
    const viewers = link ? await this.#audiences.viewers(id, userIds) : [];
    const allowed = viewers.filter((viewer) => this.#mayRead(link!, viewer, viewer.inAudience));
    return new Set(allowed.map((viewer) => viewer.id));
  }

  #mayRead(link: ViewedLink, viewer: Viewer, inAudience: boolean): boolean {
    const owner = { role: link.ownerRole, active: link.ownerActive };
    const context = { owner, inAudience, policy: sharingPolicy };
    return effectiveState(link, viewer, this.#platform.now(), context).readable;
  }
}
