import type { Api } from '#shared/api';
import type { Args, ResponseOf } from '#shared/endpoint';
import type { Me, Permissions, User } from '#shared/users';
import { call } from '../../api/call.ts';
import { onUnauthorized } from '../../api/send.ts';
import type { RealtimeSocket } from '../../api/socket.svelte.ts';
import { t } from '../../i18n/t.ts';

/** The state of a person's account on this instance; decides which pages they see. */
export type AccountStatus = 'visitor' | 'pending' | 'member' | 'admin';

export type Config = ResponseOf<Api['GET /config']>;
type NewAccount = Args<Api['POST /auth/sign-up']>['body'];

/** Used until the first response. */
const initialConfig: Config = {
  name: t('common.product'),
  version: '',
  firstRun: false,
  signUp: 'closed',
  features: { communitySharing: false, communityHub: false, speech: false },
  communityUrl: '',
  signedIn: false,
};
const noPermissions: Permissions = { chat: false, share: false, shareToCommunity: false, administer: false };

interface Deps {
  socket: Pick<RealtimeSocket, 'connect' | 'disconnect' | 'on' | 'onReconnect' | 'onRefused'>;
  /** Called once when the session ends, for any reason. */
  onEnded: () => void;
}

/**
 * The signed-in user, their permissions and the public configuration.
 *
 * Consistency: the state is what the server last returned. A document serves one user: when their session ends,
 * `onEnded` leaves the document, so that none of their data remains in memory.
 */
export class Session {
  #config = $state.raw<Config>(initialConfig);
  #me = $state.raw<Me | null>(null);
  #ended = false;
  #isSigningOut = false;
  readonly #deps: Deps;
  readonly #unsubscribes: (() => void)[];

  constructor(deps: Deps) {
    this.#deps = deps;
    const { socket } = deps;
    this.#unsubscribes = [
      onUnauthorized(() => this.#end()),
      socket.on('config:changed', () => this.#refreshQuietly()),
      socket.on('users:pending', ({ count }) => this.#setPendingCount(count)),
      socket.on('session:ended', ({ reason }) => {
        if (reason === 'signed_out') this.#end();
        if (reason === 'role_changed') this.#refreshQuietly();
      }),
      socket.onReconnect(() => this.#refreshQuietly()),
      socket.onRefused(() => this.#refreshQuietly()),
    ];
  }

  get config(): Config {
    return this.#config;
  }
  /** Null for a visitor. */
  get user(): User | null {
    return this.#me?.user ?? null;
  }
  get permissions(): Permissions {
    return this.#me?.permissions ?? noPermissions;
  }
  get status(): AccountStatus {
    if (!this.#me) return 'visitor';
    if (this.#me.user.role === 'pending') return 'pending';
    return this.#me.permissions.administer ? 'admin' : 'member';
  }

  /** Number of accounts that wait for approval; 0 for everyone but admins. */
  get pendingCount(): number {
    return this.status === 'admin' ? (this.#me?.pendingCount ?? 0) : 0;
  }

  /** Loads configuration and user. Rejects when the server cannot be reached. */
  async start(): Promise<void> {
    await this.refresh();
  }

  /** Reloads the configuration, the user and their permissions. */
  async refresh(): Promise<void> {
    const config = await call('GET /config');
    // A visitor's browser would log the refused request as an error.
    const me = config.signedIn ? await fetchMe() : null;
    this.#config = config;
    if (me) this.#setMe(me);
    else this.#end();
  }

  async signIn(email: string, password: string): Promise<void> {
    await call('POST /auth/sign-in', { body: { email, password } });
    await this.refresh();
  }

  /** Creates an account and signs in to it. */
  async signUp(account: NewAccount): Promise<void> {
    await call('POST /auth/sign-up', { body: account });
    await this.refresh();
  }

  /** Sets the password of the account of a one-time link, and signs in to it. */
  async useAccountLink(token: string, password: string): Promise<void> {
    await call('POST /auth/account-link/use', { body: { token, password } });
    await this.refresh();
  }

  async signOut(): Promise<void> {
    const keepPreferences = savedPreferences();
    // The socket reports the end before the response arrives; leaving the document then would lose the preferences.
    this.#isSigningOut = true;
    try {
      await call('POST /auth/sign-out');
      keepPreferences();
    } finally {
      this.#isSigningOut = false;
    }
    this.#end();
  }

  async rename(name: string): Promise<void> {
    this.#setMe(await call('PATCH /me', { body: { name } }));
  }

  /** Unsubscribes from all events and closes the socket. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    this.#deps.socket.disconnect();
  }

  #setMe(me: Me): void {
    // Another tab has signed in as a different user.
    if (this.#me && this.#me.user.id !== me.user.id) return this.#end();
    this.#me = me;
    // The server refuses sockets of pending accounts. A failed connection is retried by the code that uses the socket.
    if (this.status === 'pending') this.#deps.socket.disconnect();
    else this.#deps.socket.connect().catch(() => undefined);
  }

  #setPendingCount(pendingCount: number): void {
    if (this.#me) this.#me = { ...this.#me, pendingCount };
  }

  #end(): void {
    if (!this.#me || this.#ended || this.#isSigningOut) return;
    this.#ended = true;
    this.#me = null;
    this.#deps.socket.disconnect();
    this.#deps.onEnded();
  }

  /** Refreshes after an event; a failure surfaces with the next request. */
  #refreshQuietly(): void {
    this.refresh().catch(() => undefined);
  }
}

/**
 * Signing out makes the browser remove everything this origin stored. The preferences of the browser, such as its
 * theme, are not personal: the returned function stores them again.
 */
function savedPreferences(): () => void {
  try {
    const saved = Object.entries(localStorage).filter(([key]) => key.startsWith('parley.'));
    return () => {
      for (const [key, value] of saved) localStorage.setItem(key, String(value));
    };
  } catch {
    // Storage is disabled: there is nothing to keep.
    return () => undefined;
  }
}

async function fetchMe(): Promise<Me | null> {
  try {
    return await call('GET /me');
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 401) return null;
    throw error;
  }
}
