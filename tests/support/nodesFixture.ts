import type { Store } from '../../server/src/platform/db/store.ts';
import { createTestApp, type TestApp } from './app.ts';
import { MemoryHub, type MemoryNode } from './memoryCluster.ts';
import { startModelServer, type ModelServer } from './modelServer.ts';
import type { Person } from './person.ts';
import { backends } from './stores.ts';

/** Searches for the answers of dead nodes so often that no test waits long. */
const recoveryTuning = { searchEveryMs: 50 };

/** One app of several over the same database. */
export interface TestNode {
  app: TestApp;
  cluster: MemoryNode;
  /** A member who is signed in here; the same account on every node. */
  ben: Person;
}

export interface NodesFixture {
  server: ModelServer;
  store: Store;
  admin: Person;
  /** Starts one more node. */
  addNode(): Promise<TestNode>;
  end(): Promise<void>;
}

/** Starts a model server and a PostgreSQL database; nodes that serve it are added by the test. */
export async function createNodesFixture({ limited = false } = {}): Promise<
  NodesFixture & { first: TestNode }
> {
  const hub = new MemoryHub();
  const server = await startModelServer();
  // The last one is the closest to a real installation.
  const store = await backends.at(-1)!.open();
  // Every app closes its store, and the database must outlive each of them.
  const shared = Object.create(store, { close: { value: () => Promise.resolve() } }) as Store;
  const env = { OPENAI_API_BASE_URL: server.url, OPENAI_API_KEY: 'sk-of-the-test-fixture' };
  const apps: TestApp[] = [];

  const start = async () => {
    const cluster = hub.node(shared);
    const app = await createTestApp({ store: shared, cluster, env, limited, recoveryTuning });
    apps.push(app);
    return { app, cluster };
  };
  const { app, cluster } = await start();
  const admin = await app.person('Ada');
  const ben = await app.person('Ben');
  return {
    server,
    store,
    admin,
    first: { app, cluster, ben },
    async addNode() {
      const node = await start();
      const person = node.app.stranger();
      await person.signIn('ben@example.org');
      return { ...node, ben: person };
    },
    async end() {
      server.release();
      for (const each of apps) await each.end();
      await store.close();
      await server.close();
    },
  };
}
