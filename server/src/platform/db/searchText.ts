import { withoutInvisibleMarks } from '#shared/invisibleMarks';

/** Returns text in the form used to compare and sort: NFKC, lowercase, without invisible marks. Stored beside titles, so that no database needs a collation. */
export const foldText = (text: string): string => withoutInvisibleMarks(text.normalize('NFKC')).toLowerCase();

/** Returns the folded words of a search. Never pass user input to a full-text query in any other form. */
export const searchWords = (query: string): string[] =>
  (foldText(query).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).slice(0, 12);
