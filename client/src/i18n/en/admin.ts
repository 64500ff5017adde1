/** The frame of the Admin Panel. Its pages have their own words: users, instance, connections. */
export const admin = {
  panel: 'Admin Panel',
  backToChats: 'Back to chats',
  users: 'Users',
  usage: 'Usage',
  general: 'General',
  connections: 'Connections',
  setByEnvironment: 'Set by an environment variable',
} as const;
