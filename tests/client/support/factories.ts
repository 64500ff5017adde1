import type { SessionInfo } from '#shared/auth';
import type { Chat, ChatSummary } from '#shared/chats';
import type { Connection } from '#shared/connections';
import type { ManagedUser, Me, Permissions, User } from '#shared/users';
import type { Config } from '../../../client/src/features/auth/session.svelte.ts';

export const aUser = (overrides: Partial<User> = {}): User => ({
  id: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  role: 'user',
  ...overrides,
});

export const somePermissions = (overrides: Partial<Permissions> = {}): Permissions => ({
  chat: true,
  share: true,
  shareToCommunity: false,
  administer: false,
  ...overrides,
});

/** What `GET /me` returns. */
export const aMe = (user: Partial<User> = {}, permissions: Partial<Permissions> = {}): Me => ({
  user: aUser(user),
  permissions: somePermissions(permissions),
  pendingCount: 0,
});

export const aManagedUser = (overrides: Partial<ManagedUser> = {}): ManagedUser => ({
  ...aUser(),
  active: true,
  invited: false,
  createdAt: '2025-03-01T10:00:00.000Z',
  lastActiveAt: null,
  ...overrides,
});

export const aSession = (overrides: Partial<SessionInfo> = {}): SessionInfo => ({
  id: 'session',
  current: false,
  browser: 'Firefox',
  system: 'Windows',
  address: '192.0.2.1',
  createdAt: '2025-03-01T10:00:00.000Z',
  lastActiveAt: '2025-03-01T10:00:00.000Z',
  ...overrides,
});

export const aConfig = (overrides: Partial<Config> = {}): Config => ({
  name: 'Parley',
  version: '1.0.0',
  firstRun: false,
  signUp: 'open',
  features: { communitySharing: false, communityHub: false, speech: false },
  communityUrl: 'https://community.example',
  signedIn: true,
  ...overrides,
});

export const aChat = (overrides: Partial<ChatSummary> = {}): ChatSummary => ({
  id: 'chat',
  title: 'A chat',
  pinned: false,
  archived: false,
  shared: false,
  createdAt: '2025-03-01T10:00:00.000Z',
  updatedAt: '2025-03-01T10:00:00.000Z',
  ...overrides,
});

export const aWholeChat = (overrides: Partial<ChatSummary> = {}): Chat => ({
  ...aChat(overrides),
  model: null,
  settings: {},
  activeMessageId: null,
  version: 1,
  continuedFrom: null,
});

export const aConnection = (overrides: Partial<Connection> = {}): Connection => ({
  id: 'local',
  name: 'Local',
  baseUrl: 'http://localhost:11434/v1',
  hasApiKey: true,
  enabled: true,
  locked: false,
  ...overrides,
});

/** A promise that the test settles. */
export function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
