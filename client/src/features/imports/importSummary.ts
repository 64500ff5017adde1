import type { ImportResult } from '#shared/imports';
import { t } from '../../i18n/t.ts';

/** Returns one line: `12 chats imported · 3 already imported · 1 failed`. */
export const summaryOf = ({ imported, skipped, failed }: ImportResult): string =>
  [
    imported > 0 ? t('imports.imported', { count: imported }) : t('imports.nothing'),
    skipped > 0 && t('imports.skipped', { count: skipped }),
    failed.length > 0 && t('imports.failed', { count: failed.length }),
  ]
    .filter(Boolean)
    .join(' · ');
