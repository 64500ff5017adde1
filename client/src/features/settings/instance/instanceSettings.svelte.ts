import type { AdminSettings, Settings } from '#shared/settings';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import { t } from '../../../i18n/t.ts';

/** The settings of the instance. A change is saved at once, and taken back on the screen when it is refused. */
export class InstanceSettings {
  #values = $state.raw<AdminSettings | null>(null);
  #failed = $state(false);
  #saved = $state('');
  #refusal = $state<string | null>(null);

  /** Null until they have been read. */
  get values(): AdminSettings | null {
    return this.#values;
  }
  /** They could not be read. */
  get failed(): boolean {
    return this.#failed;
  }
  /** Announced after a change was saved; empty while one is being saved. */
  get saved(): string {
    return this.#saved;
  }
  /** Why the last change was not saved. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** The environment holds this field fixed; the words say so. Null when it can be changed. */
  lockOf(field: keyof Settings): string | null {
    return this.#values?.locked.includes(field) ? t('admin.locked') : null;
  }

  async load(): Promise<void> {
    this.#failed = false;
    try {
      this.#values = await call('GET /admin/settings');
    } catch {
      this.#failed = true;
    }
  }

  async save(change: Partial<Settings>): Promise<void> {
    const before = this.#values;
    if (!before) return;
    this.#saved = '';
    this.#refusal = null;
    this.#values = { ...before, ...change };
    try {
      this.#values = await call('PATCH /admin/settings', { body: change });
      this.#saved = t('admin.saved');
    } catch (error) {
      this.#values = before;
      this.#refusal = error instanceof ApiError ? error.message : t('common.somethingFailed');
    }
  }
}
