import type { Model } from '#shared/models';
import { t } from '../../../i18n/t.ts';
import { isDemo } from './models.svelte.ts';

/** What tells a model from others: where it runs, when there is more than one place, and that the demo is none. */
export function modelHint(model: Model, all: readonly Model[]): string | undefined {
  if (isDemo(model.id)) return t('chat.demoHint');
  return all.some(({ connection, id }) => connection !== model.connection && !isDemo(id))
    ? model.connection
    : undefined;
}
