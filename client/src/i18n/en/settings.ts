/** The personal settings. */
export const settings = {} as const;
