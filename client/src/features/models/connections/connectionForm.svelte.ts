import type { Api } from '#shared/api';
import type { Connection } from '#shared/connections';
import type { ResponseOf } from '#shared/endpoint';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import { fieldErrorsOf } from '../../../api/fieldErrors.ts';
import { t } from '../../../i18n/t.ts';
import type { Connections } from './connections.svelte.ts';

export type TestOutcome = ResponseOf<Api['POST /admin/connections/test']>;
type Faults = Partial<Record<'name' | 'baseUrl' | 'apiKey', string>>;

const webAddress = /^https?:\/\/[^\s/]+/i;
const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/** A connection being added or changed. The stored key is never known here: an empty field leaves it as it is. */
export class ConnectionForm {
  name = $state('');
  baseUrl = $state('');
  apiKey = $state('');
  removeKey = $state(false);
  #faults = $state.raw<Faults>({});
  #refusal = $state<string | null>(null);
  #outcome = $state.raw<TestOutcome | null>(null);
  #busy = $state(false);
  readonly #connections: Pick<Connections, 'add' | 'change'>;
  readonly #existing: Connection | null;

  constructor(connections: Pick<Connections, 'add' | 'change'>, existing: Connection | null) {
    this.#connections = connections;
    this.#existing = existing;
    this.name = existing?.name ?? '';
    this.baseUrl = existing?.baseUrl ?? '';
  }

  get isNew(): boolean {
    return this.#existing === null;
  }
  get faults(): Faults {
    return this.#faults;
  }
  /** Why it was not saved, where no single field is to blame. */
  get refusal(): string | null {
    return this.#refusal;
  }
  /** What the model server said to the last test. */
  get outcome(): TestOutcome | null {
    return this.#outcome;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get hasKey(): boolean {
    return this.#existing?.hasApiKey ?? false;
  }
  /** The address is another server's now: a key goes with its server, so the stored one will be dropped. */
  get dropsKey(): boolean {
    return this.hasKey && originOf(this.baseUrl) !== originOf(this.#existing?.baseUrl ?? '');
  }

  /** Answers whether it is saved. */
  async save(): Promise<boolean> {
    this.#faults = {
      ...(this.name.trim() === '' && { name: t('admin.connectionNameMissing') }),
      ...this.#addressFault(),
    };
    if (Object.keys(this.#faults).length > 0 || this.#busy) return false;
    this.#busy = true;
    this.#refusal = null;
    try {
      await this.#send();
      return true;
    } catch (error) {
      this.#explain(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** Asks the model server for its models, with what stands in the form. */
  async test(): Promise<void> {
    this.#outcome = null;
    this.#faults = this.#addressFault();
    if (Object.keys(this.#faults).length > 0) return;
    try {
      this.#outcome = await call('POST /admin/connections/test', {
        body: {
          baseUrl: this.baseUrl.trim(),
          ...(this.#existing && { id: this.#existing.id }),
          ...this.#key(),
        },
      });
    } catch (error) {
      this.#explain(error);
    }
  }

  async #send(): Promise<void> {
    const body = { name: this.name.trim(), baseUrl: this.baseUrl.trim(), ...this.#key() };
    if (this.#existing) await this.#connections.change(this.#existing.id, body);
    else await this.#connections.add(body);
  }

  #key(): { apiKey?: string } {
    const apiKey = this.apiKey.trim();
    if (apiKey !== '') return { apiKey };
    return this.removeKey ? { apiKey: '' } : {};
  }

  #addressFault(): Faults {
    return webAddress.test(this.baseUrl.trim()) ? {} : { baseUrl: t('admin.baseUrlWrong') };
  }

  #explain(error: unknown): void {
    this.#faults = fieldErrorsOf(error);
    if (Object.keys(this.#faults).length > 0) return;
    this.#refusal = error instanceof ApiError ? error.message : t('common.somethingFailed');
  }
}
