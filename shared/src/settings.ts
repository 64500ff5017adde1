import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { singleLine } from './values.ts';

export const Settings = z.object({
  name: z.string(),
  signUp: z.enum(['open', 'closed']),
  defaultRole: z.enum(['pending', 'user']),
  communitySharing: z.boolean(),
  /** Whether the built-in demo model is offered while a connection is enabled. */
  demoModel: z.boolean(),
});
export type Settings = z.output<typeof Settings>;

/** Settings with the names of those set by environment variables. */
export const AdminSettings = Settings.extend({ locked: z.array(Settings.keyof()) });
export type AdminSettings = z.output<typeof AdminSettings>;

export const settingsEndpoints = {
  /** Public: what the app needs before anyone is signed in. */
  getConfig: endpoint({
    method: 'GET',
    path: '/config',
    response: z.object({
      name: z.string(),
      version: z.string(),
      /** Whether no account exists yet: the next sign-up becomes the admin. */
      firstRun: z.boolean(),
      signUp: Settings.shape.signUp,
      features: z.object({
        communitySharing: z.boolean(),
        /** False until an instance can be a community hub. */
        communityHub: z.boolean(),
        /** False until answers can be read aloud. */
        speech: z.boolean(),
      }),
      communityUrl: z.string(),
      /** Whether the request has a session, so that a visitor's client does not call `GET /me`, which would fail. */
      signedIn: z.boolean(),
    }),
  }),
  getSettings: endpoint({ method: 'GET', path: '/admin/settings', response: AdminSettings }),
  updateSettings: endpoint({
    method: 'PATCH',
    path: '/admin/settings',
    body: Settings.extend({ name: singleLine(60) }).partial(),
    response: AdminSettings,
  }),
};
