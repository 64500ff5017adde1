import type { SessionInfo } from '#shared/auth';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';

/**
 * The sessions of the signed-in person.
 * Consistency: read when the list is shown and after each change; what another device does shows at the next read.
 */
export class OwnSessions {
  #items = $state.raw<SessionInfo[] | null>(null);
  #failed = $state(false);

  /** Null until they are loaded. This device comes first, then the last used. */
  get items(): SessionInfo[] | null {
    return this.#items;
  }
  get failed(): boolean {
    return this.#failed;
  }
  get hasOthers(): boolean {
    return this.#items?.some(({ current }) => !current) ?? false;
  }

  /** Reads the list; a failure is shown in its place. */
  async load(): Promise<void> {
    try {
      const { items } = await call('GET /me/sessions');
      this.#items = [...items.filter(({ current }) => current), ...items.filter(({ current }) => !current)];
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
  }

  /** Signs out one device. One that has signed out meanwhile counts as signed out. */
  async end({ id }: SessionInfo): Promise<void> {
    try {
      await call('DELETE /me/sessions/:id', { params: { id } });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    this.#items = this.#items?.filter((session) => session.id !== id) ?? null;
  }

  /** Signs out all devices except this one. */
  async endOthers(): Promise<void> {
    await call('DELETE /me/sessions');
    this.#items = this.#items?.filter(({ current }) => current) ?? null;
    // This session has a new id.
    await this.load();
  }
}
