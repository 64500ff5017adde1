import type { Platform } from '../../platform/platform.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { AudienceQueries } from './audience.queries.ts';
import { LinkListQueries } from './linkList.queries.ts';
import { LinkOptionsResolver } from './linkOptions.ts';
import { SnapshotPublisher } from './publish.service.ts';
import { ExpirySweeper, RevocationService } from './revocation.service.ts';
import { SharedPageService } from './sharedPages.service.ts';
import { LinkAccess } from './sharing.policy.ts';
import { LinkPresenter } from './sharing.presenter.ts';
import { SharingQueries } from './sharing.queries.ts';
import { sharingRoutes } from './sharing.routes.ts';
import { SharingService } from './sharing.service.ts';
import { sharingSockets, ShareSubscriptions } from './sharing.sockets.ts';

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
  audit: AuditQueries;
}

/** Creates the parts of the sharing feature. Call `stop` before the database closes. */
export function createSharing(platform: Platform, given: Parts) {
  const queries = new SharingQueries(platform);
  const audiences = new AudienceQueries(platform);
  const access = new LinkAccess(platform, audiences);
  const parts = {
    ...given,
    access,
    audiences,
    queries,
    list: new LinkListQueries(platform, queries),
    options: new LinkOptionsResolver(platform, audiences),
    subscriptions: new ShareSubscriptions(platform, access),
  };
  const services = {
    publisher: new SnapshotPublisher(platform, parts),
    sharing: new SharingService(platform, parts),
    revocations: new RevocationService(platform, parts),
    pages: new SharedPageService(platform, parts),
  };
  const sweeper = new ExpirySweeper(platform, parts);
  const presenter = new LinkPresenter(platform, audiences);
  return {
    ...services,
    audiences,
    routes: sharingRoutes(platform, { ...services, presenter }),
    sockets: sharingSockets(platform, parts.subscriptions),
    stop: () => sweeper.close(),
  };
}
