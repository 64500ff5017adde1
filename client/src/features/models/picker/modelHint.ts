import type { Model } from '#shared/models';
import { t } from '../../../i18n/t.ts';
import { isDemo } from './models.svelte.ts';

/** Returns what distinguishes a model: its connection when there is more than one, or that it is the demo. */
export function modelHint(model: Model, all: readonly Model[]): string | undefined {
  if (isDemo(model.id)) return t('chat.demoHint');
  return all.some(({ connection, id }) => connection !== model.connection && !isDemo(id))
    ? model.connection
    : undefined;
}
