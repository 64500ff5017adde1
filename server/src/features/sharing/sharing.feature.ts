import type { Platform } from '../../platform/platform.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { LinkAccess } from './sharing.access.ts';
import { AudienceQueries } from './sharing.audience.queries.ts';
import { SharedBranch } from './sharing.branch.ts';
import { LinkExpiry } from './sharing.expiry.ts';
import { Freezing } from './sharing.freezing.ts';
import { LinkListQueries } from './sharing.list.queries.ts';
import { SharingOptions } from './sharing.options.ts';
import { SharedPages } from './sharing.pages.ts';
import { SharingQueries } from './sharing.queries.ts';
import { LinkRevocations } from './sharing.revocations.ts';
import { sharingRoutes } from './sharing.routes.ts';
import { SharingService } from './sharing.service.ts';
import { sharingSockets } from './sharing.sockets.ts';
import { ShareWatch } from './sharing.watch.ts';

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
  audit: AuditQueries;
}

/** Puts the parts of sharing together. `stop` before the database closes. */
export function createSharing(platform: Platform, { chats, chatQueries, messages, audit }: Parts) {
  const queries = new SharingQueries(platform);
  const audiences = new AudienceQueries(platform);
  const access = new LinkAccess(platform, queries, audiences);
  const watch = new ShareWatch(platform, access);
  const branch = new SharedBranch(messages);
  const options = new SharingOptions(platform, audiences);
  const freezing = new Freezing(platform, { chats, branch, options, queries, audiences, audit });
  const list = new LinkListQueries(platform, queries);
  const owned = { chats, branch, freezing, options, queries, audiences, list, audit, watch };
  const service = new SharingService(platform, owned);
  const revocations = new LinkRevocations(platform, { chats, queries, audit, watch });
  const pages = new SharedPages(platform, { access, queries, chats, chatQueries, messages });
  const expiry = new LinkExpiry(platform, { queries, audit, watch });
  return {
    service,
    revocations,
    pages,
    routes: sharingRoutes(platform, service, revocations, pages),
    sockets: sharingSockets(watch),
    stop: () => expiry.close(),
  };
}
