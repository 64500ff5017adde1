import { defineConversations } from './conversations.ts';
import { defineInstance } from './instance.ts';
import type { Kit } from './kit.ts';
import { defineLinks } from './links.ts';
import { definePeople } from './people.ts';

/** Defines the whole schema for the dialect of the given kit. */
export function define(k: Kit) {
  const people = definePeople(k);
  const conversations = defineConversations(k, people);
  const links = defineLinks(k, { ...people, ...conversations });
  return { ...people, ...conversations, ...links, ...defineInstance(k) };
}
export type Schema = ReturnType<typeof define>;
