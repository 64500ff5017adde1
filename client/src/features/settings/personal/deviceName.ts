import type { SessionInfo } from '#shared/auth';
import { t } from '../../../i18n/t.ts';

/** Returns `Firefox on Windows`, or what is known of it. */
export function deviceName({ browser, system }: SessionInfo): string {
  if (browser && system) return t('settings.deviceName', { browser, system });
  return browser ?? system ?? t('settings.unknownDevice');
}
