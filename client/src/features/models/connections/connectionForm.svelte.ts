import type { Api } from '#shared/api';
import type { Connection } from '#shared/connections';
import type { ResponseOf } from '#shared/endpoint';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import { fieldErrorsOf } from '../../../api/fieldErrors.ts';
import { t } from '../../../i18n/t.ts';
import type { Connections } from './connections.svelte.ts';

export type TestResult = ResponseOf<Api['POST /admin/connections/test']>;
type FieldErrors = Partial<Record<'name' | 'baseUrl' | 'apiKey', string>>;

const httpUrl = /^https?:\/\/[^\s/]+/i;
const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/** State of the form to add or edit a connection. The client never receives the stored key: an empty field keeps it. */
export class ConnectionForm {
  name = $state('');
  baseUrl = $state('');
  apiKey = $state('');
  removeKey = $state(false);
  #fieldErrors = $state.raw<FieldErrors>({});
  #error = $state<string | null>(null);
  #testResult = $state.raw<TestResult | null>(null);
  #testing = $state(false);
  #busy = $state(false);
  readonly #connections: Pick<Connections, 'add' | 'update'>;
  readonly #existing: Connection | null;

  constructor(connections: Pick<Connections, 'add' | 'update'>, existing: Connection | null) {
    this.#connections = connections;
    this.#existing = existing;
    this.name = existing?.name ?? '';
    this.baseUrl = existing?.baseUrl ?? '';
  }

  get isNew(): boolean {
    return this.#existing === null;
  }
  get fieldErrors(): FieldErrors {
    return this.#fieldErrors;
  }
  /** Why saving or testing failed, when the error belongs to no single field. */
  get error(): string | null {
    return this.#error;
  }
  /** Result of the last test. */
  get testResult(): TestResult | null {
    return this.#testResult;
  }
  get testing(): boolean {
    return this.#testing;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get hasKey(): boolean {
    return this.#existing?.hasApiKey ?? false;
  }
  /** The base URL names another server now, so the server will remove the stored key: a key belongs to one origin. */
  get removesStoredKey(): boolean {
    return this.hasKey && originOf(this.baseUrl) !== originOf(this.#existing?.baseUrl ?? '');
  }

  /** Returns whether the connection was saved. */
  async save(): Promise<boolean> {
    this.#fieldErrors = {
      ...(this.name.trim() === '' && { name: t('connections.nameMissing') }),
      ...this.#validateBaseUrl(),
    };
    if (Object.keys(this.#fieldErrors).length > 0 || this.#busy) return false;
    this.#busy = true;
    this.#error = null;
    try {
      await this.#send();
      return true;
    } catch (error) {
      this.#showError(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** Tests the connection with the values of the form, by listing the models of the server. */
  async test(): Promise<void> {
    this.#testResult = null;
    this.#fieldErrors = this.#validateBaseUrl();
    if (Object.keys(this.#fieldErrors).length > 0) return;
    this.#testing = true;
    try {
      this.#testResult = await call('POST /admin/connections/test', {
        body: {
          baseUrl: this.baseUrl.trim(),
          ...(this.#existing && { id: this.#existing.id }),
          ...this.#apiKeyChange(),
        },
      });
    } catch (error) {
      this.#showError(error);
    } finally {
      this.#testing = false;
    }
  }

  async #send(): Promise<void> {
    const body = { name: this.name.trim(), baseUrl: this.baseUrl.trim(), ...this.#apiKeyChange() };
    if (this.#existing) await this.#connections.update(this.#existing.id, body);
    else await this.#connections.add(body);
  }

  #apiKeyChange(): { apiKey?: string } {
    const apiKey = this.apiKey.trim();
    if (apiKey !== '') return { apiKey };
    return this.removeKey ? { apiKey: '' } : {};
  }

  #validateBaseUrl(): FieldErrors {
    return httpUrl.test(this.baseUrl.trim()) ? {} : { baseUrl: t('connections.baseUrlInvalid') };
  }

  #showError(error: unknown): void {
    this.#fieldErrors = fieldErrorsOf(error);
    if (Object.keys(this.#fieldErrors).length > 0) return;
    this.#error = error instanceof ApiError ? error.message : t('common.somethingFailed');
  }
}
