/** The Share Chat modal and the list of shared chats. */
export const sharing = {} as const;
