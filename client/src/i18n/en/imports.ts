/** Bringing conversations in. */
export const imports = {} as const;
