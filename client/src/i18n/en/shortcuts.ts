/** The list of keyboard shortcuts. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  or: 'or',
  sidebar: 'Show or hide sidebar',
  inChat: 'In a chat',
  send: 'Send message',
  newLine: 'New line',
  stop: 'Stop generating',
  editLast: 'Edit the last question (while the field is empty)',
  focusMessage: 'Go to the message field',
} as const;
