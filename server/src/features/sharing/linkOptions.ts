import type { z } from 'zod';
import type { Audience, sharingEndpoints } from '#shared/sharing';
import { foldText } from '../../platform/db/searchText.ts';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AudienceQueries } from './audience.queries.ts';
import type { LinkRow, LinkValues } from './sharing.queries.ts';

export type RequestedOptions = z.output<(typeof sharingEndpoints)['updateLink']['body']>;
type CurrentOptions = Pick<LinkRow, 'id' | 'title' | 'showAuthor' | 'audienceKind' | 'expiresAt'>;
type OptionName = 'title' | 'showAuthor' | 'expiresAt' | 'audience';

/** Which options of a link change, and to what. */
export interface OptionChanges {
  /** Columns that change; the others are left alone, so that simultaneous changes do not undo each other. */
  values: LinkValues;
  /** The people in the audience from now on; undefined when they stay the same. */
  userIds: string[] | undefined;
  changed: OptionName[];
}

/** Whether the shared page looks different: it shows neither its audience nor its expiry. */
export const changesPage = (changed: OptionName[]): boolean =>
  changed.includes('title') || changed.includes('showAuthor');

const sameMembers = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));

/** What an owner may set on a link: its title, whether it shows their name, its audience and its expiry. */
export class LinkOptionsResolver {
  #platform: Platform;
  #audiences: AudienceQueries;
  constructor(platform: Platform, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#audiences = audiences;
  }

  /** Compares the requested options with the link's current ones. Throws `refused` for what cannot be granted. */
  async resolve(link: CurrentOptions, requested: RequestedOptions): Promise<OptionChanges> {
    const { title = link.title, showAuthor = link.showAuthor } = requested;
    const expiresAt = this.#requestedExpiry(link, requested);
    const userIds = requested.audience && (await this.#audienceChange(link, requested.audience));
    const values: LinkValues = {
      ...(title !== link.title && { title, titleKey: foldText(title) }),
      ...(showAuthor !== link.showAuthor && { showAuthor }),
      ...(expiresAt !== link.expiresAt && { expiresAt, expiryRecordedAt: null }),
      ...(userIds && { audienceKind: requested.audience!.kind }),
    };
    const options = ['title', 'showAuthor', 'expiresAt'] as const;
    const changed: OptionName[] = options.filter((name) => name in values);
    return { values, userIds, changed: userIds ? [...changed, 'audience'] : changed };
  }

  /** The expiry the link is to have, in epoch milliseconds; null: none. */
  #requestedExpiry(link: CurrentOptions, { expiresAt }: RequestedOptions): number | null {
    if (expiresAt === undefined) return link.expiresAt;
    if (expiresAt === null) return null;
    const time = Date.parse(expiresAt);
    if (time !== link.expiresAt && time <= this.#platform.now()) {
      throw refused('This time has passed. Choose a later one.', 'expiry_passed');
    }
    return time;
  }

  /** The people in the audience from now on; undefined when the audience stays the same. */
  async #audienceChange(link: CurrentOptions, audience: Audience): Promise<string[] | undefined> {
    const current = (await this.#audiences.ofRestricted([link.id])).get(link.id)?.userIds ?? [];
    const userIds = audience.kind === 'instance' ? [] : await this.#people(audience, current);
    return audience.kind === link.audienceKind && sameMembers(userIds, current) ? undefined : userIds;
  }

  /** People already in the audience may stay even when deactivated: removing someone else must not fail for them. */
  async #people(audience: Extract<Audience, { kind: 'restricted' }>, current: string[]): Promise<string[]> {
    // Until there are groups.
    if (audience.groupIds.length > 0) {
      throw refused('There are no groups to share with yet. Choose people instead.', 'no_groups');
    }
    const userIds = [...new Set(audience.userIds)];
    const added = userIds.filter((id) => !current.includes(id));
    if ((await this.#audiences.countActiveMembers(added)) !== added.length) {
      throw refused(
        'Some of these people cannot be given a link. Choose people from the list.',
        'unknown_people',
      );
    }
    return userIds;
  }
}
