import type { OwnUsage as OwnUsageResponse } from '#shared/usage';
import { call } from '../../api/call.ts';

/** What the signed-in person uses. Consistency: read when it is shown. */
export class OwnUsage {
  #storage = $state.raw<OwnUsageResponse['storage']>(null);
  #failed = $state(false);

  /** Null when the instance sets no limit, and until it is loaded. */
  get storage(): OwnUsageResponse['storage'] {
    return this.#storage;
  }
  get failed(): boolean {
    return this.#failed;
  }

  async load(): Promise<void> {
    try {
      this.#storage = (await call('GET /me/usage')).storage;
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
  }
}
