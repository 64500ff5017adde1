import type { Store } from '../db/store.ts';
import type { Env } from '../env.ts';
import type { Logger } from '../log.ts';
import { SingleNode, type Cluster } from './cluster.ts';
import { RedisCluster } from './redisCluster.ts';

/** Joins the nodes of the configured Redis, if any. */
export async function openCluster(env: Env, parts: { store: Store; log: Logger }): Promise<Cluster> {
  if (!env.REDIS_URL) return new SingleNode();
  return RedisCluster.open({ url: env.REDIS_URL, prefix: env.REDIS_PREFIX }, parts);
}
