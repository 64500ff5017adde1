/** The list of keyboard shortcuts. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  or: 'or',
  sidebar: 'Show or hide sidebar',
  inChat: 'In a chat',
  send: 'Send message',
  newLine: 'New line',
  stop: 'Stop generating',
  editLast: 'Edit last question (when the message field is empty)',
  focusMessage: 'Go to message field',
} as const;
