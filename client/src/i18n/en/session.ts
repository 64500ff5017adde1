/** Starting, and what can go wrong before any page is there. */
export const session = {
  toChats: 'Go to your chats',
  partFailed: 'This part of the page could not be loaded. Check your connection.',
  stillFailing: 'It still does not work. Check your connection.',
} as const;
