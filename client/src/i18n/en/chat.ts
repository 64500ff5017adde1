/** The sidebar and the conversation. */
export const chat = {} as const;
