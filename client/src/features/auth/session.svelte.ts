import type { Api } from '#shared/api';
import type { Args, ResponseOf } from '#shared/endpoint';
import type { Permissions, User } from '#shared/users';
import { call } from '../../api/call.ts';
import { onUnauthorized } from '../../api/send.ts';
import type { RealtimeSocket } from '../../api/socket.svelte.ts';
import { t } from '../../i18n/t.ts';
import type { AccountStatus } from './standing.ts';

export type Config = ResponseOf<Api['GET /config']>;
type Me = ResponseOf<Api['GET /me']>;
type NewAccount = Args<Api['POST /auth/sign-up']>['body'];

const unknownConfig: Config = {
  name: t('common.product'),
  version: '',
  firstRun: false,
  signUp: 'closed',
  features: { communitySharing: false, communityHub: false, speech: false },
  communityUrl: '',
  signedIn: false,
};
const nothing: Permissions = { chat: false, share: false, shareToCommunity: false, administer: false };

interface Deps {
  socket: Pick<RealtimeSocket, 'connect' | 'disconnect' | 'on' | 'onReconnect' | 'onRefused'>;
  /** Called once when the session is over, whoever ended it. */
  ended: () => void;
}

/**
 * Who is here and what they may do, as the server last said. A document serves one person: when their session ends,
 * `ended` leaves the document, so that nothing of theirs stays in memory.
 */
export class Session {
  #config = $state.raw<Config>(unknownConfig);
  #me = $state.raw<Me | null>(null);
  #over = false;
  readonly #deps: Deps;
  readonly #stops: (() => void)[];

  constructor(deps: Deps) {
    this.#deps = deps;
    const { socket } = deps;
    this.#stops = [
      onUnauthorized(() => this.#lost()),
      socket.on('config:changed', () => this.#refreshQuietly()),
      socket.on('session:ended', ({ reason }) => {
        if (reason === 'signed_out') this.#lost();
        if (reason === 'role_changed') this.#refreshQuietly();
      }),
      socket.onReconnect(() => this.#refreshQuietly()),
      socket.onRefused(() => this.#refreshQuietly()),
    ];
  }

  get config(): Config {
    return this.#config;
  }
  /** Null while nobody is signed in. */
  get user(): User | null {
    return this.#me?.user ?? null;
  }
  get permissions(): Permissions {
    return this.#me?.permissions ?? nothing;
  }
  get standing(): AccountStatus {
    if (!this.#me) return 'visitor';
    if (this.#me.user.role === 'pending') return 'pending';
    return this.#me.permissions.administer ? 'admin' : 'member';
  }

  /** Asks who is here. Rejects when the server cannot be reached. */
  async start(): Promise<void> {
    await this.refresh();
  }

  /** Reads the configuration and the person's rights again. */
  async refresh(): Promise<void> {
    const config = await call('GET /config');
    // A visitor's browser would log the refused request as an error.
    const me = config.signedIn ? await whoAmI() : null;
    this.#config = config;
    if (me) this.#enter(me);
    else this.#lost();
  }

  async signIn(email: string, password: string): Promise<void> {
    await call('POST /auth/sign-in', { body: { email, password } });
    await this.refresh();
  }

  /** Makes an account, which is signed in from then on. */
  async signUp(account: NewAccount): Promise<void> {
    await call('POST /auth/sign-up', { body: account });
    await this.refresh();
  }

  async signOut(): Promise<void> {
    await call('POST /auth/sign-out');
    this.#lost();
  }

  async rename(name: string): Promise<void> {
    this.#enter(await call('PATCH /me', { body: { name } }));
  }

  /** Lets go of the socket and its events. */
  stop(): void {
    for (const stop of this.#stops) stop();
    this.#deps.socket.disconnect();
  }

  #enter(me: Me): void {
    // Another tab signed someone else in meanwhile.
    if (this.#me && this.#me.user.id !== me.user.id) return this.#lost();
    this.#me = me;
    // The server refuses sockets of those who wait for approval. A connection that fails is tried again by its users.
    if (this.standing === 'pending') this.#deps.socket.disconnect();
    else this.#deps.socket.connect().catch(() => undefined);
  }

  #lost(): void {
    if (!this.#me || this.#over) return;
    this.#over = true;
    this.#me = null;
    this.#deps.socket.disconnect();
    this.#deps.ended();
  }

  /** For news that came by itself: when it fails, the next request will tell. */
  #refreshQuietly(): void {
    this.refresh().catch(() => undefined);
  }
}

async function whoAmI(): Promise<Me | null> {
  try {
    return await call('GET /me');
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 401) return null;
    throw error;
  }
}
