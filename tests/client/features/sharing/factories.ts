import type { SharedChat, SharedLink, ShareState, Snapshot } from '#shared/sharing';

export const aLink = (overrides: Partial<SharedLink> = {}): SharedLink => ({
  id: 'link',
  url: 'http://localhost/s/link',
  chatId: 'chat',
  title: 'A chat',
  showAuthor: true,
  includeReasoning: false,
  audience: { kind: 'instance' },
  createdAt: '2025-03-01T10:00:00.000Z',
  updatedAt: '2025-03-01T10:00:00.000Z',
  expiresAt: null,
  version: 1,
  chatVersion: 1,
  upToDate: true,
  inactiveReason: null,
  ...overrides,
});

export const aSnapshot = (overrides: Partial<Snapshot> = {}): Snapshot => ({
  title: 'A chat',
  author: { name: 'Ada Lovelace' },
  messages: [
    { id: 'question', role: 'user', content: 'Why?', createdAt: '2025-03-01T10:00:00.000Z' },
    { id: 'answer', role: 'assistant', content: 'Because.', createdAt: '2025-03-01T10:00:01.000Z' },
  ],
  ...overrides,
});

/** The state of a chat that is not shared. */
export const aShareState = (overrides: Partial<ShareState> = {}): ShareState => ({
  link: null,
  chatVersion: 1,
  upToDate: false,
  newMessages: 0,
  hasReasoning: false,
  preview: aSnapshot(),
  refusal: null,
  ...overrides,
});

/** The state of a chat whose link is up to date. */
export const aSharedState = (overrides: Partial<ShareState> = {}): ShareState =>
  aShareState({ link: aLink(), upToDate: true, ...overrides });

export const aSharedChat = (overrides: Partial<SharedChat> = {}): SharedChat => ({
  ...aSnapshot(),
  id: 'link',
  createdAt: '2025-03-01T10:00:00.000Z',
  updatedAt: '2025-03-01T10:00:00.000Z',
  version: 1,
  isOwner: false,
  ...overrides,
});
