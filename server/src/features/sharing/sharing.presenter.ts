import { ShareState, type SharedChat, type SharedLink } from '#shared/sharing';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AudienceQueries, ViewedLink } from './audience.queries.ts';
import { inactiveReason } from './sharing.policy.ts';
import type { LinkRow } from './sharing.queries.ts';
import type { PreviewText } from './snapshots.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** Presents links to their owner. Audiences are read for all links of a list at once. */
export class LinkPresenter {
  #platform: Platform;
  #audiences: AudienceQueries;
  constructor(platform: Platform, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#audiences = audiences;
  }

  /** `origin` is the public origin of this instance. */
  async presentLinks(owner: Actor, links: LinkRow[], origin: string): Promise<SharedLink[]> {
    const restricted = links.filter((link) => link.audienceKind === 'restricted');
    const audiences = await this.#audiences.ofRestricted(restricted.map(({ id }) => id));
    const now = this.#platform.now();
    return links.map((link) => ({
      id: link.id,
      url: `${origin}/s/${link.id}`,
      chatId: link.chatId,
      chatVersion: link.snapshotChatVersion,
      title: link.title,
      showAuthor: link.showAuthor,
      includeReasoning: link.includeReasoning,
      audience: audiences.get(link.id) ?? { kind: 'instance' },
      createdAt: iso(link.createdAt),
      updatedAt: iso(link.updatedAt),
      expiresAt: link.expiresAt === null ? null : iso(link.expiresAt),
      version: link.currentVersion,
      upToDate: link.snapshotChatVersion === link.chatVersion,
      inactiveReason: inactiveReason(link, owner, now),
    }));
  }

  async presentLink(owner: Actor, link: LinkRow, origin: string): Promise<SharedLink> {
    const [presented] = await this.presentLinks(owner, [link], origin);
    return presented!;
  }
}

/** The shared page without its messages, which are stored in the format they are sent in. */
export const presentSharedPage = (link: ViewedLink, viewerId: string): Omit<SharedChat, 'messages'> => ({
  id: link.id,
  title: link.title,
  author: link.showAuthor ? { name: link.ownerName } : null,
  createdAt: iso(link.createdAt),
  updatedAt: iso(link.snapshotAt),
  version: link.version,
  isOwner: link.ownerId === viewerId,
});

/** Yields a preview as JSON. Its messages are serialized already, field by field. */
export function* presentPreview({ head, messages }: PreviewText): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"messages":`;
  yield* messages.pieces;
  yield '}';
}

const StateWithoutPreview = ShareState.omit({ preview: true });

/** Yields the state of a chat's link as JSON. */
export function* presentShareState(
  state: Omit<ShareState, 'preview'>,
  preview: PreviewText | null,
): Generator<string> {
  yield `${JSON.stringify(StateWithoutPreview.parse(state)).slice(0, -1)},"preview":`;
  if (preview) yield* presentPreview(preview);
  else yield 'null';
  yield '}';
}
