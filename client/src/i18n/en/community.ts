/** Sharing a chat to the community site. */
export const community = {
  shareToCommunity: 'Share to Community',
  body: 'This sends the chat to {host}, outside {instance}. You may not be able to take it back.',
  chatTitle: 'Title',
  content: 'Content',
  count: {
    one: 'Sends {count} message with all its versions.',
    other: 'Sends {count} messages with all their versions.',
  },
  parts: 'Includes the title, models and messages. No system prompt, no settings, no names.',
  open: 'Open {host}',
  blocked: 'Your browser blocked the new tab. Allow pop-ups for this site and try again.',
  waiting: 'Waiting for {host} to be ready in the new tab…',
  sent: 'Sent to {host}.',
  closed: 'The tab was closed before the chat was sent.',
} as const;
