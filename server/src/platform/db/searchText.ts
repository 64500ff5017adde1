/** Text as it is compared and sorted: compatibility forms unified, lower case. Stored beside titles, so that no database needs a collation. */
export const foldText = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The words of a search, folded. Never hand what a person typed to a full-text query in any other form. */
export const searchWords = (query: string): string[] =>
  (foldText(query).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).slice(0, 12);
