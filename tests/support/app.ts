import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import supertest from 'supertest';
import { createApp, type App } from '../../server/src/app.ts';
import type { FeatureOptions } from '../../server/src/features.ts';
import type { Cluster } from '../../server/src/platform/cluster/cluster.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { readEnv } from '../../server/src/platform/env.ts';
import { createLog, type Logger } from '../../server/src/platform/log.ts';
import { MemoryNode } from './memoryCluster.ts';
import { Person } from './person.ts';

/** Factor by which tests raise the rate limits. */
const rateFactor = 1_000;

export interface TestApp extends App {
  /** `http://127.0.0.1:port`. */
  url: string;
  dataDir: string;
  /** Moves the app's clock. */
  advance(ms: number): void;
  /** Destroys every connection, like a network failure. */
  cut(): void;
  /** A person without an account. */
  stranger(): Person;
  /** A person who is signed in. The first one of an app is its admin, regardless of `role`. */
  person(name: string, role?: 'user' | 'admin' | 'pending'): Promise<Person>;
  /** Closes the server and removes its data. */
  end(): Promise<void>;
}

interface Options {
  env?: Record<string, string>;
  /** Use the data of an earlier app. */
  dataDir?: string;
  /** Use this database instead of an SQLite file of its own. */
  store?: Store;
  /** What connects the app to others; see `MemoryHub`. */
  cluster?: Cluster;
  /** Use the real rate limits. */
  limited?: boolean;
  /** Receives what the app logs. */
  log?: Logger;
  /** Speed of the demo model and timeouts of model servers. */
  modelTuning?: FeatureOptions['modelTuning'];
  /** How soon the answers of a dead node are looked for. */
  recoveryTuning?: FeatureOptions['recoveryTuning'];
}

/** Starts the real app on a loopback port with its own database. */
export async function createTestApp({
  env: extra = {},
  dataDir,
  store: given,
  cluster,
  limited,
  log,
  modelTuning,
  recoveryTuning,
}: Options = {}): Promise<TestApp> {
  const folder = dataDir ?? mkdtempSync(path.join(tmpdir(), 'parley-test-'));
  const env = readEnv({
    DATA_DIR: folder,
    WEBUI_SECRET_KEY: 'a secret for tests only',
    LOG_LEVEL: 'error',
    STREAM_COALESCE_MS: '5',
    ...(limited ? {} : { RATE_LIMIT_FACTOR: String(rateFactor) }),
    ...extra,
  });
  const store = given ?? openSqlite(path.join(folder, 'parley.db'), path.resolve('drizzle/sqlite'));
  if (cluster instanceof MemoryNode) await cluster.ready;
  let offset = 0;
  const app = await createApp({
    env,
    store,
    cluster,
    log: log ?? createLog(env.LOG_LEVEL),
    now: () => Date.now() + offset,
    featureOptions: { modelTuning, recoveryTuning },
  });
  if (cluster instanceof MemoryNode) cluster.attach(app.platform.realtime);
  await new Promise<void>((resolve) => app.http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`;
  let admin: Person | undefined;
  const connections = new Set<Socket>();
  app.http.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });

  const stranger = () => new Person(url, supertest.agent(app.http));
  const test: TestApp = {
    ...app,
    url,
    dataDir: folder,
    advance(ms) {
      offset += ms;
    },
    cut() {
      for (const connection of connections) connection.destroy();
    },
    stranger,
    async person(name, role = 'user') {
      const person = stranger();
      await person.signUp(name);
      if (!admin) admin = person;
      else if (person.user.role !== role) {
        await admin.patch(`/admin/users/${person.user.id}`, { role }).expect(200);
        await person.refresh();
      }
      return person;
    },
    async end() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return test;
}
