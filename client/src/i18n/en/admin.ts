/** The frame of the admin panel. Its pages have their own words: users, instance, connections. */
export const admin = {
  panel: 'Admin panel',
  backToChats: 'Back to chats',
  users: 'Users',
  general: 'General',
  connections: 'Connections',
  setByEnvironment: 'Set by an environment variable',
} as const;
