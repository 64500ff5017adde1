import { admin } from './admin.ts';
import { auth } from './auth.ts';
import { chat } from './chat.ts';
import { chats } from './chats.ts';
import { common } from './common.ts';
import { community } from './community.ts';
import { connections } from './connections.ts';
import { firstSteps } from './firstSteps.ts';
import { imports } from './imports.ts';
import { instance } from './instance.ts';
import { markdown } from './markdown.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { sharedPage } from './sharedPage.ts';
import { sharing } from './sharing.ts';
import { shortcuts } from './shortcuts.ts';
import { usage } from './usage.ts';
import { users } from './users.ts';

/**
 * All messages on the screen. To add one, add a key to the file of its topic:
 *
 *     copyLink: 'Copy Link',                                   t('sharing.copyLink')
 *     greeting: 'Good morning, {name}',                        t('chat.greeting', { name })
 *     newMessages: { one: '{count} new message',               t('sharing.newMessages', { count })
 *                    other: '{count} new messages' },
 *     before: 'Shared <link>before</link>.',                   parts('sharing.before')
 *
 * A missing key or value is a compile error, and a test finds keys that are not used.
 */
export const en = {
  common,
  auth,
  chats,
  chat,
  firstSteps,
  session,
  sharing,
  community,
  sharedPage,
  settings,
  admin,
  users,
  usage,
  instance,
  connections,
  imports,
  markdown,
  shortcuts,
};
