import { expect, test } from '@jest/globals';
import { toMarkdown } from '../../../../../client/src/features/sharing/page/downloads.ts';
import { aSharedChat } from '../factories.ts';

test('the Markdown download names title, author, date and link, and keeps front matter valid', () => {
  const chat = aSharedChat({ title: 'Quotes "and": colons', author: null });
  const markdown = toMarkdown(chat, 'http://localhost/s/link');
  expect(markdown).toContain('title: "Quotes \\"and\\": colons"\nauthor: "Anonymous"\n');
  expect(markdown).toContain('link: "http://localhost/s/link"\n---\n');
  expect(markdown).toContain('## Question\n\nWhy?\n');
  expect(markdown).toContain('## Answer\n\nBecause.\n');
});

test('the Markdown download names the model of an answer and marks an edited one', () => {
  const [question, answer] = aSharedChat().messages;
  const chat = aSharedChat({ messages: [question!, { ...answer!, model: 'small', edited: true }] });
  expect(toMarkdown(chat, '')).toContain('## small (edited)');
});
