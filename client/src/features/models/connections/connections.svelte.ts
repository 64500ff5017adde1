import type { Api } from '#shared/api';
import type { Connection } from '#shared/connections';
import type { Args } from '#shared/endpoint';
import { call } from '../../../api/call.ts';

export type NewConnection = Args<Api['POST /admin/connections']>['body'];
export type ConnectionChange = Args<Api['PATCH /admin/connections/:id']>['body'];

/** The model servers of the instance. What is changed is shown once the server has it. */
export class Connections {
  #items = $state.raw<readonly Connection[] | null>(null);
  #failed = $state(false);

  /** Null until they have been read. */
  get items(): readonly Connection[] | null {
    return this.#items;
  }
  /** They could not be read. */
  get failed(): boolean {
    return this.#failed;
  }

  async load(): Promise<void> {
    this.#failed = false;
    try {
      this.#items = (await call('GET /admin/connections')).items;
    } catch {
      this.#failed = true;
    }
  }

  async add(connection: NewConnection): Promise<void> {
    const added = await call('POST /admin/connections', { body: connection });
    this.#items = [...(this.#items ?? []), added];
  }

  async change(id: string, change: ConnectionChange): Promise<void> {
    const changed = await call('PATCH /admin/connections/:id', { params: { id }, body: change });
    this.#items = (this.#items ?? []).map((other) => (other.id === id ? changed : other));
  }

  async remove(id: string): Promise<void> {
    await call('DELETE /admin/connections/:id', { params: { id } });
    this.#items = (this.#items ?? []).filter((other) => other.id !== id);
  }
}
