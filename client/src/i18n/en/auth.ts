/** Signing in and signing up. */
export const auth = {} as const;
