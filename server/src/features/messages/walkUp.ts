import { sql, type SQL } from 'drizzle-orm';

/**
 * Returns a query for the ids from `leafId` up towards the root. It stops below the message with which there would be
 * more than `limit`, or with which the texts would be larger than `maxBytes`; the leaf is always included.
 */
export function walkUp(
  chatId: string,
  leafId: string,
  { limit, maxBytes }: { limit: number; maxBytes: number },
): SQL {
  const bytes = sql`cast(octet_length(m.content) + coalesce(octet_length(m.reasoning), 0) as bigint)`;
  return sql`
    with recursive up(id, parent_id, depth, bytes) as (
      select m.id, m.parent_id, 1, ${bytes} from messages m where m.chat_id = ${chatId} and m.id = ${leafId}
      union all
      select m.id, m.parent_id, up.depth + 1, up.bytes + ${bytes} from messages m join up on m.id = up.parent_id
      where m.chat_id = ${chatId} and up.depth < ${limit} and up.bytes + ${bytes} <= ${maxBytes}
    )
    select id from up order by depth`;
}
