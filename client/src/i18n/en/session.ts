/** Starting, and what can go wrong before any page is there. */
export const session = {
  startFailedTitle: '{name} cannot be reached',
  toChats: 'Go to your chats',
  stillFailing: 'It still does not work. Check your connection.',
} as const;
