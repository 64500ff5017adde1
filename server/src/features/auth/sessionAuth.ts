import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { derivedKey } from '../../platform/secretBox.ts';
import { hashSessionId, type Device } from '../../platform/sessions/sessionStore.ts';
import type { UserService } from '../users/users.service.ts';
import type { AuthService, Failure, Verification } from './auth.service.ts';

const dayMs = 24 * 60 * 60_000;
/** Milliseconds between two warnings about a proxy that makes signing in impossible. */
const warningIntervalMs = 60 * 60_000;
/** Characters of a user agent that are stored: those of browsers are shorter. */
const userAgentMax = 300;

/** `__Host-` binds the cookie to this host over HTTPS; browsers refuse the prefix on plain HTTP. */
const cookieName = (secure: boolean) => (secure ? '__Host-parley' : 'parley');

/** Whether the browser used HTTPS, as the proxy reports it. express-session decides alike whether to set its cookie. */
const isSecure = (req: Request): boolean =>
  req.secure ||
  String(req.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]!
    .trim()
    .toLowerCase() === 'https';

const deviceOf = (req: Request): Device => ({
  userAgent: String(req.headers['user-agent'] ?? '').slice(0, userAgentMax),
  address: req.ip ?? '',
});

/** Notes in the session from where it is used. Handshakes of sockets are not Express requests and know no `ip`. */
const rememberDevice: RequestHandler = (req, _res, next) => {
  if (req.user && req.ip !== undefined) {
    const device = deviceOf(req);
    const known = req.session.device;
    if (known?.address !== device.address || known.userAgent !== device.userAgent)
      req.session.device = device;
  }
  next();
};

/** Sessions by cookie: express-session on our own store, and Passport to load the user of a session. */
export class SessionAuth {
  /** For Express and for the handshake of sockets. */
  readonly middleware: RequestHandler[];
  #platform: Platform;
  #passport = new passport.Passport();
  #warnedAt = -Infinity;
  #cookie: { name: string; secure: boolean };

  constructor(platform: Platform, secret: string, auth: AuthService, users: UserService) {
    this.#platform = platform;
    const secure = platform.env.WEBUI_URL?.startsWith('https:') ?? false;
    this.#cookie = { name: cookieName(secure), secure };
    this.#passport.use(
      new LocalStrategy({ usernameField: 'email' }, (email, password, done) => {
        auth
          .verify(email, password)
          .then(({ actor, failure }) => done(null, actor ?? false, failure as never), done);
      }),
    );
    this.#passport.serializeUser<string>((user, done) => done(null, user.id));
    this.#passport.deserializeUser<string>((id, done) => {
      users.findActor(id).then((actor) => done(null, actor ?? false), done);
    });
    this.middleware = [
      session({
        name: this.#cookie.name,
        secret: derivedKey(secret, 'parley session cookie v1').toString('base64url'),
        store: platform.sessions,
        resave: false,
        saveUninitialized: false,
        rolling: true,
        // Behind a proxy that terminates TLS, the request arrives as plain HTTP.
        proxy: true,
        cookie: {
          httpOnly: true,
          sameSite: 'lax',
          secure,
          path: '/',
          maxAge: platform.env.SESSION_DAYS * dayMs,
        },
      }),
      this.#passport.session() as RequestHandler,
      rememberDevice,
    ];
  }

  /** Throws when the browser would not get the session cookie: signing in would succeed and have no effect. */
  requireSecureConnection(req: Request): void {
    if (!this.#cookie.secure || isSecure(req)) return;
    const { env, log, now } = this.#platform;
    if (now() - this.#warnedAt >= warningIntervalMs) {
      this.#warnedAt = now();
      log.warn(
        'Nobody can sign in over this connection: WEBUI_URL is an https address, but the request arrived as plain HTTP. Let the reverse proxy send "X-Forwarded-Proto: https".',
      );
    }
    throw refused(
      `You can't sign in over this connection, because it is not secure. Open ${env.WEBUI_URL!}. If you did, tell your admin that the reverse proxy has to send "X-Forwarded-Proto: https".`,
      'insecure_connection',
    );
  }

  /** Checks the email and password in the request body. */
  authenticate(req: Request, res: Response): Promise<Verification> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, actor: Actor | false | undefined, failure?: Failure) => {
        if (error) reject(error);
        else if (actor) resolve({ actor });
        // Passport itself refuses an empty email or password, without a reason of ours.
        else resolve({ failure: failure?.reason ? failure : { reason: 'wrong_password', userId: null } });
      };
      (this.#passport.authenticate('local', done) as RequestHandler)(req, res, reject);
    });
  }

  /** Starts a session under a new id and discards the previous one. Ends the surplus sessions of the account. */
  async signIn(req: Request, actor: Actor): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      req.logIn(actor, (error?: Error) => (error ? reject(error) : resolve()));
    });
    req.session.device = deviceOf(req);
    await this.#platform.sessions.endSurplus(actor.id);
  }

  /** Replaces the session of this browser by a new one, so that copies of its cookie end. Its tabs reconnect. */
  async renew(req: Request, actor: Actor): Promise<void> {
    await this.#platform.sessions.revoke(this.sidHashOf(req), 'session_renewed');
    await this.signIn(req, actor);
  }

  sidHashOf(req: Request): string {
    return hashSessionId(req.sessionID);
  }

  /** Ends the session permanently. */
  signOut(req: Request, res: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      req.session.destroy((error?: Error) => {
        if (error) reject(error);
        else {
          res.clearCookie(this.#cookie.name, {
            httpOnly: true,
            sameSite: 'lax',
            secure: this.#cookie.secure,
            path: '/',
          });
          resolve();
        }
      });
    });
  }
}
