import type { Api } from '#shared/api';
import type { Connection } from '#shared/connections';
import type { Args } from '#shared/endpoint';
import { call } from '../../../api/call.ts';

export type NewConnection = Args<Api['POST /admin/connections']>['body'];
export type ConnectionChange = Args<Api['PATCH /admin/connections/:id']>['body'];

/** The model servers of the instance. A change is shown once the server has saved it. */
export class Connections {
  #items = $state.raw<readonly Connection[] | null>(null);
  #loadFailed = $state(false);

  /** Null until loaded. */
  get items(): readonly Connection[] | null {
    return this.#items;
  }
  get loadFailed(): boolean {
    return this.#loadFailed;
  }

  async load(): Promise<void> {
    this.#loadFailed = false;
    try {
      this.#items = (await call('GET /admin/connections')).items;
    } catch {
      this.#loadFailed = true;
    }
  }

  async add(connection: NewConnection): Promise<void> {
    const added = await call('POST /admin/connections', { body: connection });
    this.#items = [...(this.#items ?? []), added];
  }

  async update(id: string, change: ConnectionChange): Promise<void> {
    const updated = await call('PATCH /admin/connections/:id', { params: { id }, body: change });
    this.#items = (this.#items ?? []).map((other) => (other.id === id ? updated : other));
  }

  async remove(id: string): Promise<void> {
    await call('DELETE /admin/connections/:id', { params: { id } });
    this.#items = (this.#items ?? []).filter((other) => other.id !== id);
  }
}
