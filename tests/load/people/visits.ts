import type { SharedLink } from '#shared/sharing';
import type { ChatSummary } from '#shared/chats';
import type { Kind } from '../measurements.ts';
import type { SeedSize } from '../options.ts';
import { linkIdOf, rareWordOf } from '../seed/rows.ts';
import { commonWords } from '../seed/texts.ts';
import type { LoadPerson } from './loadPerson.ts';

/** One thing a person does; `wantedAt` is when they wanted to do it. */
export type Visit = (person: LoadPerson, wantedAt: number) => Promise<unknown>;

const anyOf = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];
const below = (count: number) => Math.floor(Math.random() * count);

/** Reads a page of the person's chats: the next one, or the first. */
const listChats: Visit = async (person, wantedAt) => {
  const cursor = person.chatCursor ? `&cursor=${encodeURIComponent(person.chatCursor)}` : '';
  const page = await person.call<{ items: ChatSummary[]; nextCursor: string | null }>({
    kind: 'list chats',
    method: 'GET',
    path: `/chats?limit=30${cursor}`,
    wantedAt,
  });
  if (!page) return;
  person.chatIds = page.items.map(({ id }) => id);
  person.chatCursor = Math.random() < 0.3 ? page.nextCursor : null;
};

const listLinks: Visit = async (person, wantedAt) => {
  const sort = person.number % 2 === 0 ? 'updatedAt' : 'title';
  const cursor = person.linkCursor ? `&cursor=${encodeURIComponent(person.linkCursor)}` : '';
  const page = await person.call<{ items: SharedLink[]; nextCursor: string | null }>({
    kind: 'list links',
    method: 'GET',
    path: `/shared-links?limit=30&sort=${sort}${cursor}`,
    wantedAt,
  });
  if (!page) return;
  person.linkIds = page.items.map(({ id }) => id);
  person.linkCursor = Math.random() < 0.5 ? page.nextCursor : null;
};

/** A person whose list of chats is not known yet, or empty, reads the list instead. */
const withChat =
  (visit: (person: LoadPerson, chatId: string, wantedAt: number) => Promise<unknown>): Visit =>
  (person, wantedAt) => {
    const chatId = anyOf(person.chatIds);
    return chatId ? visit(person, chatId, wantedAt) : listChats(person, wantedAt);
  };

const revokeAndRestore: Visit = async (person, wantedAt) => {
  const id = anyOf(person.linkIds);
  if (!id) {
    await listLinks(person, wantedAt);
    return;
  }
  await person.fetch({ kind: 'revoke link', method: 'DELETE', path: `/shared-links/${id}`, wantedAt });
  await person.fetch({ kind: 'restore link', method: 'POST', path: `/shared-links/${id}/restore` });
};

const openChat = withChat((person, id, wantedAt) =>
  person.fetch({ kind: 'open chat', method: 'GET', path: `/chats/${id}`, wantedAt }),
);
const openShareDialog = withChat((person, id, wantedAt) =>
  person.fetch({ kind: 'open share dialog', method: 'GET', path: `/chats/${id}/share`, wantedAt }),
);
const publishLink = withChat((person, id, wantedAt) =>
  person.fetch({ kind: 'publish link', method: 'PUT', path: `/chats/${id}/share`, body: {}, wantedAt }),
);
const renameChat = withChat((person, id, wantedAt) => {
  const body = { title: `Renamed plan ${below(1_000)}` };
  return person.fetch({ kind: 'rename chat', method: 'PATCH', path: `/chats/${id}`, body, wantedAt });
});

const get =
  (kind: Kind, path: () => string): Visit =>
  (person, wantedAt) =>
    person.fetch({ kind, method: 'GET', path: path(), wantedAt });

/** Returns what people do, and how often compared with each other. */
export function createVisits(size: SeedSize, admin: LoadPerson): { visit: Visit; weight: number }[] {
  const anyLink = () => linkIdOf(below(size.links));
  /** Half of all searches are for a frequent word, some find one message, some nothing. */
  const searched = () => {
    const kind = Math.random();
    if (kind < 0.5) return anyOf(commonWords)!;
    return kind < 0.8 ? rareWordOf(below(size.messages)) : 'nowhere';
  };
  const continueChat: Visit = (person, wantedAt) =>
    person.fetch({
      kind: 'continue shared chat',
      method: 'POST',
      path: `/shared/${anyLink()}/continue`,
      wantedAt,
    });
  const listPeople = get('list people', () => '/admin/users?limit=50');
  return [
    { weight: 10, visit: get('who am I', () => '/me') },
    { weight: 15, visit: listChats },
    { weight: 20, visit: openChat },
    { weight: 6, visit: get('search chats', () => `/chats?limit=30&query=${searched()}`) },
    { weight: 20, visit: get('open shared page', () => `/shared/${anyLink()}`) },
    { weight: 4, visit: openShareDialog },
    { weight: 3, visit: publishLink },
    { weight: 8, visit: listLinks },
    { weight: 4, visit: get('search links', () => `/shared-links?limit=30&query=${searched()}`) },
    { weight: 3, visit: revokeAndRestore },
    { weight: 3, visit: renameChat },
    { weight: 1, visit: continueChat },
    { weight: 1, visit: (_person, wantedAt) => listPeople(admin, wantedAt) },
  ];
}
