import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { openCluster } from './platform/cluster/openCluster.ts';
import { openStore } from './platform/db/openStore.ts';
import { requireWholeCopy } from './platform/db/unfinishedCopy.ts';
import { readEnv } from './platform/env.ts';
import { createLog } from './platform/log.ts';
import { startFailure } from './platform/startFailure.ts';

/** Milliseconds after which a shutdown that has not finished ends the process. */
const shutdownTimeoutMs = 5_000;

async function start(): Promise<void> {
  const env = readEnv();
  const log = createLog(env.LOG_LEVEL);
  // A forgotten background task must not end the process for everyone.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'background task failed'));
  const store = await openStore(env, log);
  await requireWholeCopy(store);
  const cluster = await openCluster(env, { store, log });
  const app = await createApp({ env, store, cluster, log });

  app.http.listen(env.PORT, env.HOST, () => {
    const { port } = app.http.address() as AddressInfo;
    process.stdout.write(`Parley is ready at ${env.WEBUI_URL ?? `http://localhost:${port}`}\n`);
  });
  app.http.on('error', (error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE'
        ? `Port ${env.PORT} is in use. Set PORT to another port, or stop the program that uses it.`
        : error.message;
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  });

  let stopping = false;
  const shutDown = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(1), shutdownTimeoutMs).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', shutDown);
  process.on('SIGINT', shutDown);
}

start().catch((error: unknown) => {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
});
