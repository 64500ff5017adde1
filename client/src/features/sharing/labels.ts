import type { Audience, SharedLink, SnapshotMessage } from '#shared/sharing';
import { t } from '../../i18n/t.ts';

/** Who can open a link; `instance` is the name of this instance. */
export function audienceLabel(audience: Audience, instance: string): string {
  if (audience.kind === 'instance') return t('sharing.everyone', { instance });
  const count = audience.userIds.length;
  return count === 0 ? t('sharing.onlyYou') : t('sharing.people', { count });
}

/** Why a link needs attention; null for a working link that is up to date. */
export function statusLabel({ inactiveReason, upToDate }: SharedLink): string | null {
  if (inactiveReason === 'expired') return t('sharing.expired');
  if (inactiveReason) return t('sharing.paused');
  return upToDate ? null : t('sharing.outOfDate');
}

/** The heading of a message: a question, or the model that wrote the answer. */
export const messageLabel = ({ role, model }: SnapshotMessage): string =>
  role === 'user' ? t('sharedPage.question') : (model ?? t('sharedPage.answer'));
