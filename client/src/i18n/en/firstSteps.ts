/** The setup steps of a new instance. */
export const firstSteps = {
  title: 'Set up {name}',
  connect: 'Connect a model',
  connectDescription: 'Ollama, vLLM, OpenAI or any compatible server. Until then a demo model answers.',
  connectAction: 'Add connection',
  invite: 'Invite people',
  inviteDescription: 'Send people the address. You approve who joins.',
  inviteAction: 'Copy address',
  inviteCopied: 'Address copied',
  inviteShown: 'The address is {address}',
  share: 'Share a chat',
  shareDescription: 'Ask something, then choose “Share” in the header of the chat.',
  done: 'Done',
  dismiss: 'Hide these steps',
} as const;
