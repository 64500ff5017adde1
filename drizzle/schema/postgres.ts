import { define } from './define.ts';
import { pgKit } from './kit.ts';

// drizzle-kit reads tables as named exports.
export const {
  users,
  bootstrap,
  sessions,
  accountLinks,
  chats,
  messages,
  sharedLinks,
  sharedLinkVersions,
  sharedLinkAudience,
  settings,
  connections,
  auditLog,
  leases,
} = define(pgKit);
