import type { z } from 'zod';
import type { Audience, sharingEndpoints } from '#shared/sharing';
import { foldText } from '../../platform/db/searchText.ts';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AudienceQueries } from './sharing.audience.queries.ts';
import type { LinkRow, LinkValues } from './sharing.queries.ts';

export type WantedOptions = z.output<(typeof sharingEndpoints)['updateLink']['body']>;
type Current = Pick<LinkRow, 'id' | 'title' | 'showAuthor' | 'audienceKind' | 'expiresAt'>;
type Changed = 'title' | 'showAuthor' | 'audience' | 'expiresAt';

/** What of a link changes, and the names of it. */
export interface OptionChanges {
  values: LinkValues;
  /** The people named from now on; undefined when that stays as it is. */
  userIds: string[] | undefined;
  changed: Changed[];
}

/** Whether readers would see the difference: who may read a link, and until when, stands nowhere on its page. */
export const isSeen = (changed: Changed[]): boolean =>
  changed.includes('title') || changed.includes('showAuthor');

const sameOnes = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));

/** What an owner may set on a link: its title, whose name it shows, who may open it and until when. */
export class SharingOptions {
  #platform: Platform;
  #audiences: AudienceQueries;
  constructor(platform: Platform, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#audiences = audiences;
  }

  /** Compares what is wanted with the link as it is. Throws `refused` for what cannot be granted. */
  async changes(link: Current, wanted: WantedOptions): Promise<OptionChanges> {
    const values: LinkValues = {};
    const changed: Changed[] = [];
    if (wanted.title !== undefined && wanted.title !== link.title) {
      Object.assign(values, { title: wanted.title, titleKey: foldText(wanted.title) });
      changed.push('title');
    }
    if (wanted.showAuthor !== undefined && wanted.showAuthor !== link.showAuthor) {
      values.showAuthor = wanted.showAuthor;
      changed.push('showAuthor');
    }
    const expiresAt = wanted.expiresAt == null ? wanted.expiresAt : Date.parse(wanted.expiresAt);
    if (expiresAt !== undefined && expiresAt !== link.expiresAt) {
      if (expiresAt !== null && expiresAt <= this.#platform.now()) {
        throw refused('This time has passed. Choose a later one.', 'expiry_passed');
      }
      Object.assign(values, { expiresAt, expiryRecordedAt: null });
      changed.push('expiresAt');
    }
    const userIds = wanted.audience && (await this.#audienceChange(link, wanted.audience));
    if (userIds) {
      values.audienceKind = wanted.audience!.kind;
      changed.push('audience');
    }
    return { values, userIds, changed };
  }

  /** The people named from now on; undefined when the audience stays the same. */
  async #audienceChange(link: Current, audience: Audience): Promise<string[] | undefined> {
    const named = (await this.#audiences.of([link.id])).get(link.id)?.userIds ?? [];
    const userIds = audience.kind === 'instance' ? [] : await this.#people(audience, named);
    return audience.kind === link.audienceKind && sameOnes(userIds, named) ? undefined : userIds;
  }

  /** Those named already may stay, also while their account rests: taking out someone else must not fail for them. */
  async #people(audience: Extract<Audience, { kind: 'restricted' }>, named: string[]): Promise<string[]> {
    if (audience.groupIds.length > 0) {
      throw refused('There are no groups here to share with. Choose people instead.', 'no_groups');
    }
    const userIds = [...new Set(audience.userIds)];
    const added = userIds.filter((id) => !named.includes(id));
    if ((await this.#audiences.countMembers(added)) !== added.length) {
      throw refused(
        'Not all of these people can be given a link. Choose among those the list shows.',
        'unknown_people',
      );
    }
    return userIds;
  }
}
