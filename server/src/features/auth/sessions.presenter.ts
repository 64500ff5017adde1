import type { SessionInfo } from '#shared/auth';
import type { LiveSession } from '../../platform/sessions/sessionStore.ts';
import { deviceNames } from './deviceNames.ts';

/** The hash of a session id identifies the session and does not open it. */
export const presentSession = (row: LiveSession, currentSidHash: string): SessionInfo => ({
  id: row.sidHash,
  current: row.sidHash === currentSidHash,
  ...deviceNames(row.userAgent),
  address: row.address,
  createdAt: new Date(row.createdAt).toISOString(),
  lastActiveAt: new Date(row.lastSeenAt).toISOString(),
});
