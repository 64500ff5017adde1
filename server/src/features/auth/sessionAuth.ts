import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { derivedKey } from '../../platform/secretBox.ts';
import type { UserService } from '../users/users.service.ts';
import type { AuthService } from './auth.service.ts';

const dayMs = 24 * 60 * 60_000;

/** `__Host-` binds the cookie to this host over HTTPS; browsers refuse the prefix on plain HTTP. */
const cookieName = (secure: boolean) => (secure ? '__Host-parley' : 'parley');

/** Sessions by cookie: express-session on our own store, and Passport to load the user of a session. */
export class SessionAuth {
  /** For Express and for the handshake of sockets. */
  readonly middleware: RequestHandler[];
  #passport = new passport.Passport();
  #cookie: { name: string; secure: boolean };

  constructor(platform: Platform, secret: string, auth: AuthService, users: UserService) {
    const secure = platform.env.WEBUI_URL?.startsWith('https:') ?? false;
    this.#cookie = { name: cookieName(secure), secure };
    this.#passport.use(
      new LocalStrategy({ usernameField: 'email' }, (email, password, done) => {
        auth.verify(email, password).then((actor) => done(null, actor ?? false), done);
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
    ];
  }

  /** Checks the email and password in the request body. Returns undefined when they are wrong. */
  authenticate(req: Request, res: Response): Promise<Actor | undefined> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, user: Actor | false | undefined) => {
        if (error) reject(error);
        else resolve(user || undefined);
      };
      (this.#passport.authenticate('local', done) as RequestHandler)(req, res, reject);
    });
  }

  /** Starts a session under a new id and discards the data of the previous one. */
  signIn(req: Request, actor: Actor): Promise<void> {
    return new Promise((resolve, reject) => {
      req.logIn(actor, (error?: Error) => (error ? reject(error) : resolve()));
    });
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
