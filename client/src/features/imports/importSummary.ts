import type { ImportResult } from '#shared/imports';
import { t } from '../../i18n/t.ts';

/** `12 chats imported · 3 were here already · 1 could not be read`. */
export const summaryOf = ({ imported, skipped, failed }: ImportResult): string =>
  [
    imported > 0 ? t('imports.imported', { count: imported }) : t('imports.nothing'),
    skipped > 0 && t('imports.skipped', { count: skipped }),
    failed.length > 0 && t('imports.failed', { count: failed.length }),
  ]
    .filter(Boolean)
    .join(' · ');
