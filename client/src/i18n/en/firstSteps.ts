/** What the first admin of an empty instance is told. */
export const firstSteps = {
  title: 'Set up {name}',
  connect: 'Connect a model',
  connectText: 'Ollama, vLLM, OpenAI or anything compatible. Until then a demo model answers.',
  connectAction: 'Add a connection',
  invite: 'Invite people',
  inviteText: 'Send them the address of this instance; you let them in.',
  inviteAction: 'Copy the address',
  inviteCopied: 'Address copied',
  inviteShown: 'The address is {address}',
  share: 'Share a chat',
  shareText: 'Ask something, then choose “Share” in the menu of the chat.',
  done: 'Done',
  dismiss: 'Hide these steps',
} as const;
