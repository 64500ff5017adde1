import { AuditQueries } from './features/audit/audit.queries.ts';
import { RepeatedEvents } from './features/audit/repeatedEvents.service.ts';
import { RefusalService } from './features/audit/refusals.service.ts';
import { accountLinkRoutes } from './features/auth/accountLinks.routes.ts';
import { authRoutes } from './features/auth/auth.routes.ts';
import { AuthService } from './features/auth/auth.service.ts';
import { SessionAuth } from './features/auth/sessionAuth.ts';
import { sessionRoutes } from './features/auth/sessions.routes.ts';
import { SessionService } from './features/auth/sessions.service.ts';
import { ChatQueries } from './features/chats/chats.queries.ts';
import { StorageQueries } from './features/chats/storage.queries.ts';
import { chatRoutes } from './features/chats/chats.routes.ts';
import { ChatService } from './features/chats/chats.service.ts';
import { communityRoutes } from './features/community/community.routes.ts';
import { CommunityService } from './features/community/community.service.ts';
import { ConnectionQueries } from './features/models/connections.queries.ts';
import { connectionRoutes } from './features/models/connections.routes.ts';
import { ConnectionService } from './features/models/connections.service.ts';
import { exportRoutes } from './features/exports/exports.routes.ts';
import { ExportService } from './features/exports/exports.service.ts';
import type { RecoveryTuning } from './features/generation/answerRecovery.ts';
import { GenerationService } from './features/generation/generation.service.ts';
import { ImportQueries } from './features/imports/imports.queries.ts';
import { importRoutes } from './features/imports/imports.routes.ts';
import { ImportService } from './features/imports/imports.service.ts';
import { MessageAnnouncer } from './features/messages/announcer.service.ts';
import { createMessages } from './features/messages/messages.feature.ts';
import { MessageQueries } from './features/messages/messages.queries.ts';
import { RunningAnswerQueries } from './features/messages/runningAnswers.queries.ts';
import { modelRoutes } from './features/models/models.routes.ts';
import type { ModelTuning } from './features/models/models.contract.ts';
import { ModelService } from './features/models/models.service.ts';
import { StorageService } from './features/usage/storage.service.ts';
import { UsageQueries } from './features/usage/usage.queries.ts';
import { usageRoutes } from './features/usage/usage.routes.ts';
import { UsageService } from './features/usage/usage.service.ts';
import { settingsRoutes } from './features/settings/settings.routes.ts';
import { SettingsService } from './features/settings/settings.service.ts';
import { createSharing } from './features/sharing/sharing.feature.ts';
import { AccountDeletion } from './features/users/accountDeletion.service.ts';
import { AccountLinkQueries } from './features/users/accountLinks.queries.ts';
import { AccountLinkService } from './features/users/accountLinks.service.ts';
import { UserQueries } from './features/users/users.queries.ts';
import { userRoutes } from './features/users/users.routes.ts';
import { UserService } from './features/users/users.service.ts';
import { userSockets } from './features/users/users.sockets.ts';
import type { Routes } from './platform/http/routes.ts';
import type { Platform } from './platform/platform.ts';
import type { SocketFeature } from './platform/sockets/on.ts';

/** Overrides for tests. */
export interface FeatureOptions {
  modelTuning?: ModelTuning;
  recoveryTuning?: RecoveryTuning;
}

/** Creates all features: their routes, their socket events, and what the app calls at startup and shutdown. */
export function createFeatures(platform: Platform, secret: string, options: FeatureOptions = {}) {
  const services = createServices(platform, secret, options);
  const { sessionAuth, users, userQueries, messages, generation, imports, sharing, events, refusals } =
    services;
  const { storage } = services;
  const sockets: SocketFeature[] = [messages.sockets, sharing.sockets, userSockets(userQueries)];
  return {
    routes: createRoutes(platform, services),
    sockets,
    sessionMiddleware: sessionAuth.middleware,
    actor: (userId: string) => users.findActor(userId),
    onRefusedRequest: refusals.onRequest,
    onRefusedEvent: refusals.onEvent,
    /** Writes what the audit log has collected. */
    recordPending: () => events.flush(),
    generation,
    sharing,
    /** Cleans up after a process that was killed. Call before the server listens. */
    async recover() {
      await generation.recover();
      await imports.recover();
    },
    /** Ends and saves running work. Call while sockets are still open. */
    async drain() {
      await generation.drain();
      await imports.stop();
    },
    async stop() {
      await sharing.stop();
      await storage.stop();
      await events.stop();
    },
  };
}

/** Creates all services and passes their dependencies. */
function createServices(platform: Platform, secret: string, { modelTuning, recoveryTuning }: FeatureOptions) {
  const audit = new AuditQueries(platform);
  const settings = new SettingsService(platform, audit);
  const accounts = createAccounts(platform, secret, { audit, settings });
  const { users, userQueries, linkQueries } = accounts;

  const connectionQueries = new ConnectionQueries(platform);
  const connections = new ConnectionService(platform, { queries: connectionQueries, audit, modelTuning });
  const models = new ModelService(platform, { connections, settings, tuning: modelTuning });

  const conversations = createConversations(platform, {
    users,
    userQueries,
    models,
    audit,
    recoveryTuning,
  });
  const { chatQueries, messageQueries, chats } = conversations;
  const sharing = createSharing(platform, { chats, chatQueries, messages: messageQueries, audit });

  const deletion = new AccountDeletion(platform, {
    queries: userQueries,
    links: linkQueries,
    audit,
    data: {
      revokeLinks: (admin, ownerId) => sharing.revocations.revokeAllOf(admin, ownerId),
      deleteChats: (admin, ownerId) => chats.removeAllOf(admin, ownerId),
      leaveAudiences: (userId) => sharing.audiences.removePerson(userId),
    },
  });

  return {
    settings,
    ...accounts,
    deletion,
    connections,
    models,
    ...conversations,
    sharing,
    community: new CommunityService({ settings, chats, messages: messageQueries, models, audit }),
    exports: new ExportService({ chats, chatQueries, messages: messageQueries }),
  };
}

/** Creates the services of chats, their messages and answers, and of imports. */
function createConversations(
  platform: Platform,
  {
    users,
    userQueries,
    models,
    audit,
    recoveryTuning,
  }: {
    users: UserService;
    userQueries: UserQueries;
    models: ModelService;
    audit: AuditQueries;
    recoveryTuning?: RecoveryTuning;
  },
) {
  const chatQueries = new ChatQueries(platform);
  const messageQueries = new MessageQueries(platform);
  const storageQueries = new StorageQueries(platform);
  const storage = new StorageService(platform, { queries: storageQueries, messages: messageQueries });
  const chats = new ChatService(platform, {
    queries: chatQueries,
    messages: messageQueries,
    storage,
    audit,
  });
  const announcer = new MessageAnnouncer(platform, { chats, chatQueries, queries: messageQueries });
  const generation = new GenerationService(platform, {
    chats,
    chatQueries,
    messages: messageQueries,
    running: new RunningAnswerQueries(platform),
    announcer,
    models,
    users: userQueries,
    recoveryTuning,
  });
  const messages = createMessages(platform, {
    chats,
    chatQueries,
    queries: messageQueries,
    announcer,
    answers: generation,
    models,
  });
  const imports = new ImportService(platform, {
    imports: new ImportQueries(platform, chatQueries, messageQueries),
    users,
    storage,
    audit,
  });
  const queries = new UsageQueries(platform);
  const usage = new UsageService(platform, { queries, storageQueries, storage });
  return { chatQueries, messageQueries, chats, generation, messages, imports, storage, usage };
}

/** Creates the services of accounts, their sessions, and the record of refusals. */
function createAccounts(
  platform: Platform,
  secret: string,
  { audit, settings }: { audit: AuditQueries; settings: SettingsService },
) {
  const events = new RepeatedEvents(platform, audit);
  const userQueries = new UserQueries(platform);
  const users = new UserService(platform, { queries: userQueries, audit });
  const linkQueries = new AccountLinkQueries(platform);
  const auth = new AuthService(platform, { users: userQueries, settings, audit, events });
  const sessionAuth = new SessionAuth(platform, secret, auth, users);
  return {
    userQueries,
    users,
    linkQueries,
    accountLinks: new AccountLinkService(platform, { users: userQueries, links: linkQueries, audit }),
    auth,
    sessionAuth,
    sessions: new SessionService(platform, { sessionAuth, audit }),
    events,
    refusals: new RefusalService(events),
  };
}

function createRoutes(platform: Platform, services: ReturnType<typeof createServices>): Routes[] {
  const { settings, userQueries, users, linkQueries, accountLinks, deletion } = services;
  const { auth, sessionAuth, sessions, connections, models } = services;
  const { chatQueries, chats, messages, sharing, community, exports, imports, usage } = services;
  return [
    settingsRoutes(platform, settings),
    authRoutes(platform, { auth, sessionAuth }),
    sessionRoutes(sessions),
    accountLinkRoutes(platform, accountLinks, sessionAuth),
    userRoutes(platform, { users, queries: userQueries, accountLinks, linkQueries, deletion, settings }),
    connectionRoutes(platform, connections),
    modelRoutes(models),
    chatRoutes(platform, chats, chatQueries, messages.messages),
    messages.routes,
    sharing.routes,
    communityRoutes(platform, community),
    exportRoutes(platform, exports),
    importRoutes(platform, imports),
    usageRoutes(platform, usage),
  ];
}
