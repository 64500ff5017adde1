import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { authEndpoints } from '#shared/auth';
import { chatEndpoints } from '#shared/chats';
import { connectionEndpoints } from '#shared/connections';
import { messageEndpoints } from '#shared/messages';
import { sharingEndpoints } from '#shared/sharing';
import { userEndpoints } from '#shared/users';
import { decodeCursor } from '../../../server/src/platform/db/cursor.ts';

const nul = 'a\u0000b';

const cases: [string, z.ZodType, object][] = [
  ['a search for chats', chatEndpoints.listChats.query, { query: nul }],
  ['a search for links', sharingEndpoints.listLinks.query, { query: nul }],
  ['a search for people', userEndpoints.listPeople.query, { query: nul }],
  ['a search for users', userEndpoints.listUsers.query, { query: nul }],
  ['a new chat', chatEndpoints.createChat.body, { title: nul, model: nul, settings: { systemPrompt: nul } }],
  ['a changed chat', chatEndpoints.updateChat.body, { title: nul, model: nul }],
  ['a question', messageEndpoints.sendMessage.body, { content: nul, model: nul }],
  ['another answer', messageEndpoints.regenerate.body, { model: nul }],
  ['a sign-in', authEndpoints.signIn.body, { email: nul, password: 'x' }],
  ['a connection', connectionEndpoints.createConnection.body, { name: nul, baseUrl: `http://a/${nul}` }],
];

test.each(cases)(
  'the schema of %s removes NUL characters, which PostgreSQL refuses',
  (_name, schema, value) => {
    const parsed = schema.safeParse(value);
    expect(parsed.error).toBeUndefined();
    expect(JSON.stringify(parsed.data)).not.toContain('\\u0000');
  },
);

const cursor = (json: string) => Buffer.from(json).toString('base64url');

test.each(['[1.5,"x"]', '[1e400,"x"]', '[90071992547409930,"x"]', '[1,"\\u0000"]', '[1,"\\ud800"]'])(
  'the cursor %s is rejected',
  (json) => {
    expect(() => decodeCursor(cursor(json), 'number', 'string')).toThrow('This cursor is not valid.');
  },
);
