/** Errors while starting the app or loading a part of it. */
export const session = {
  toChats: 'Go to your chats',
  partFailed: 'Couldn’t load this part of the page. Check your connection.',
  stillFailing: 'Still not working. Check your connection.',
} as const;
