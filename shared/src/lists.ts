import { z } from 'zod';
import { limits } from './limits.ts';
import { text } from './values.ts';

/** `?limit=&cursor=` of every list. The cursor is opaque: only the `nextCursor` of an earlier page is valid. */
export const PageQuery = z.object({
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageSizeMax).optional(),
});

export const SearchQuery = text(limits.searchQuery).optional();

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
