import type { Env } from '../../platform/env.ts';
import { describe } from '../common/commandLine.ts';
import { fault, ok, warning, type Finding } from './finding.ts';

/** Milliseconds to wait for a connection. */
const connectTimeoutMs = 3_000;
/** The oldest version with all commands that are used. */
const oldestVersion = '6.2';
/** Milliseconds a reply takes on a network that is fast enough. */
const slowReplyMs = 20;

/** Checks the connection between the nodes, if there are several. */
export async function checkRedis({ REDIS_URL: url }: Env): Promise<Finding[]> {
  if (!url) return [];
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info('server');
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? '0';
    const startedAt = performance.now();
    await client.ping();
    return [checkVersion(version), ...checkSpeed(performance.now() - startedAt)];
  } catch (error) {
    const advice =
      'Check REDIS_URL, and that Redis runs. Until then the nodes do not see the changes of each other live.';
    return [fault('Redis', describe(error), advice)];
  } finally {
    if (client.isOpen) client.destroy();
  }
}

function checkVersion(version: string): Finding {
  const isOld = version.localeCompare(oldestVersion, undefined, { numeric: true }) < 0;
  return isOld
    ? fault('Redis', `version ${version} is too old.`, `Install ${oldestVersion} or newer.`)
    : ok('Redis', `version ${version}`);
}

function checkSpeed(ms: number): Finding[] {
  if (ms < slowReplyMs) return [];
  const text = `a reply takes ${Math.round(ms)} ms.`;
  return [warning('Redis', text, 'Run it in the same network as the nodes.')];
}
