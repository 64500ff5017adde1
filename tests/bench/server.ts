import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp } from '../../server/src/app.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import { readEnv } from '../../server/src/platform/env.ts';
import { createLog } from '../../server/src/platform/log.ts';
import { seed, type Seed } from './seed.ts';

// The server of a benchmark, in a process of its own: its CPU time is its alone.
const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
const env = readEnv({
  DATA_DIR: folder,
  WEBUI_SECRET_KEY: 'a secret for benchmarks',
  DEFAULT_USER_ROLE: 'user',
});
const store = openSqlite(path.join(folder, 'parley.db'), path.resolve('drizzle/sqlite'));
const app = await createApp({ env, store, log: createLog('error'), rateFactor: 1_000_000 });
app.http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (app.http.address() as AddressInfo).port });
});

type Ask = { ask: 'cpu' } | { ask: 'seed'; wanted: Seed } | { ask: 'end' };

process.on('message', (message: Ask) => {
  if (message.ask === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ microseconds: user + system });
  } else if (message.ask === 'seed') {
    void seed(app.platform.store, message.wanted).then(() => process.send?.({ seeded: true }));
  } else {
    void app.close().then(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  }
});
