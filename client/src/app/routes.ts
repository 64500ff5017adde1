import { createGuards } from '../features/auth/guards.ts';
import type { Session } from '../features/auth/session.svelte.ts';
import { t } from '../i18n/t.ts';
import { route } from '../router/route.ts';
import type { Route } from '../router/route.ts';
import AdminLayout from './views/AdminLayout.svelte';
import HomeLayout from './views/HomeLayout.svelte';

/** Returns all routes of the app, with guards that read `session`. `/s/…` is a separate entry, see shared.html. */
export function routesFor(session: Session): Route[] {
  const { member, admin, visitor, pending } = createGuards(session);
  const chat = { load: () => import('./views/ChatView.svelte'), layout: HomeLayout, guard: member };
  const adminPage = { layout: AdminLayout, guard: admin };
  return [
    route('/', chat),
    route('/c/:chatId', chat),
    route('/auth', {
      load: () => import('./views/AuthView.svelte'),
      guard: visitor,
      title: () => t('auth.pageTitle'),
    }),
    route('/auth/password', {
      load: () => import('./views/AccountLinkView.svelte'),
      title: () => t('auth.linkPageTitle'),
    }),
    route('/pending', {
      load: () => import('./views/PendingView.svelte'),
      guard: pending,
      title: () => t('auth.pendingTitle'),
    }),
    route('/admin', {
      load: () => import('./views/NotFoundView.svelte'),
      guard: (to) => admin(to) ?? '/admin/users',
    }),
    route('/admin/users', {
      ...adminPage,
      load: () => import('./views/AdminUsersView.svelte'),
      title: () => t('admin.users'),
    }),
    route('/admin/usage', {
      ...adminPage,
      load: () => import('./views/AdminUsageView.svelte'),
      title: () => t('admin.usage'),
    }),
    route('/admin/settings/general', {
      ...adminPage,
      load: () => import('./views/AdminGeneralView.svelte'),
      title: () => t('admin.general'),
    }),
    route('/admin/settings/connections', {
      ...adminPage,
      load: () => import('./views/AdminConnectionsView.svelte'),
      title: () => t('admin.connections'),
    }),
    route('*', {
      load: () => import('./views/NotFoundView.svelte'),
      title: () => t('common.notFoundTitle'),
    }),
  ];
}
