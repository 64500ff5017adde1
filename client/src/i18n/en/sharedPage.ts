/** The page behind a link. */
export const sharedPage = {} as const;
