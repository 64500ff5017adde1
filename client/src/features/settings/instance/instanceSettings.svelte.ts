import type { AdminSettings, Settings } from '#shared/settings';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import { t } from '../../../i18n/t.ts';

/**
 * The settings of the instance.
 *
 * Consistency: a change is shown immediately and rolled back when the server refuses it.
 */
export class InstanceSettings {
  #values = $state.raw<AdminSettings | null>(null);
  #loadFailed = $state(false);
  #statusText = $state('');
  #error = $state<string | null>(null);

  /** Null until loaded. */
  get values(): AdminSettings | null {
    return this.#values;
  }
  get loadFailed(): boolean {
    return this.#loadFailed;
  }
  /** "Saved" after a change was saved; empty while one is being saved. */
  get statusText(): string {
    return this.#statusText;
  }
  /** Why the last change was not saved. */
  get error(): string | null {
    return this.#error;
  }

  /** Returns why a field cannot be changed, or null: an environment variable sets it. */
  lockReason(field: keyof Settings): string | null {
    return this.#values?.locked.includes(field) ? t('admin.setByEnvironment') : null;
  }

  async load(): Promise<void> {
    this.#loadFailed = false;
    try {
      this.#values = await call('GET /admin/settings');
    } catch {
      this.#loadFailed = true;
    }
  }

  async save(change: Partial<Settings>): Promise<void> {
    const before = this.#values;
    if (!before) return;
    this.#statusText = '';
    this.#error = null;
    this.#values = { ...before, ...change };
    try {
      this.#values = await call('PATCH /admin/settings', { body: change });
      this.#statusText = t('instance.saved');
    } catch (error) {
      this.#values = before;
      this.#error = error instanceof ApiError ? error.message : t('common.somethingFailed');
    }
  }
}
