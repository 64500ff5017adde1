import type { Kit } from './kit.ts';

/** Tables of the instance as a whole: settings, connections and the audit log. */
export function defineInstance(k: Kit) {
  const settings = k.table('settings', {
    key: k.text('key').primaryKey(),
    value: k.json<unknown>('value').notNull(),
    updatedAt: k.ms('updated_at').notNull(),
  });

  const connections = k.table('connections', {
    id: k.text('id').primaryKey(),
    name: k.text('name').notNull(),
    baseUrl: k.text('base_url').notNull(),
    /** AES-256-GCM; see `SecretBox`. Null when the model server needs no key. */
    apiKeyCipher: k.text('api_key_cipher'),
    enabled: k.bool('enabled').notNull(),
    createdAt: k.ms('created_at').notNull(),
    updatedAt: k.ms('updated_at').notNull(),
  });

  // No foreign keys: entries outlive the rows they refer to.
  const auditLog = k.table(
    'audit_log',
    {
      seq: k.seq('seq'),
      at: k.ms('at').notNull(),
      /** Null for actions of the server itself. */
      actorId: k.text('actor_id'),
      action: k.text('action').notNull(),
      targetType: k.text('target_type').notNull(),
      targetId: k.text('target_id').notNull(),
      details: k.json<Record<string, unknown>>('details').notNull(),
    },
    (t) => [k.index('audit_target').on(t.targetType, t.targetId, t.seq), k.index('audit_at').on(t.at)],
  );

  /** What one node at a time may do. Free after `until`, epoch milliseconds by the clock of the database. */
  const leases = k.table('leases', {
    name: k.text('name').primaryKey(),
    /** The node that holds it. */
    holder: k.text('holder').notNull(),
    until: k.ms('until').notNull(),
  });

  return { settings, connections, auditLog, leases };
}
