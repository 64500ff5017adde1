import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp } from '../../server/src/app.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import { readEnv } from '../../server/src/platform/env.ts';
import { createLog } from '../../server/src/platform/log.ts';
import { seed, type Seed } from './seed.ts';

// The server of a benchmark, in its own process, so that its CPU time can be measured.
const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
const env = readEnv({
  DATA_DIR: folder,
  WEBUI_SECRET_KEY: 'a secret for benchmarks',
  DEFAULT_USER_ROLE: 'user',
  RATE_LIMIT_FACTOR: '1000000',
});
const store = openSqlite(path.join(folder, 'parley.db'), path.resolve('drizzle/sqlite'));
const app = await createApp({ env, store, log: createLog('error') });
app.http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (app.http.address() as AddressInfo).port });
});

type Message = { request: 'cpu' } | { request: 'seed'; seed: Seed } | { request: 'end' };

process.on('message', (message: Message) => {
  if (message.request === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ microseconds: user + system });
  } else if (message.request === 'seed') {
    void seed(app.platform.store, message.seed).then(() => process.send?.({ seeded: true }));
  } else {
    void app.close().then(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  }
});
