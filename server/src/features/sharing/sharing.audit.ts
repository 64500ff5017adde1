import type { Actor } from '../../platform/policy.ts';
import type { AuditEntry } from '../audit/audit.queries.ts';

type Event = 'created' | 'updated' | 'options_changed' | 'revoked' | 'restored' | 'expired';

/** An entry on a link. Details are metadata: never a title, never a word of the messages. */
export const linkEvent = (
  actor: Actor | null,
  event: Event,
  linkId: string,
  details: Record<string, unknown> = {},
): AuditEntry => ({
  actorId: actor?.id ?? null,
  action: `shared_link.${event}`,
  targetType: 'shared_link',
  targetId: linkId,
  details,
});
