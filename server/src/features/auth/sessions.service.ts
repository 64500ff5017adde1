import type { Request } from 'express';
import { notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { LiveSession } from '../../platform/sessions/sessionStore.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { SessionAuth } from './sessionAuth.ts';

interface Parts {
  sessionAuth: SessionAuth;
  audit: AuditQueries;
}

/** A person's own sessions. */
export class SessionService {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Returns the live sessions of the actor, last used first. */
  list(actor: Actor): Promise<LiveSession[]> {
    return this.#platform.sessions.listOf(actor.id);
  }

  /** Ends one session. Throws the same 404 for a session of someone else and one that does not exist. */
  async end(actor: Actor, sidHash: string): Promise<void> {
    const own = await this.list(actor);
    if (!own.some((session) => session.sidHash === sidHash)) throw notFound('This session has ended.');
    await this.#platform.sessions.revoke(sidHash);
    await this.#recordEnd(actor, 1);
  }

  /** Ends all sessions except the one of the request, and copies of its cookie: it gets a new id. */
  async endOthers(actor: Actor, req: Request): Promise<void> {
    const count = await this.#platform.sessions.revokeUser(actor.id, this.#parts.sessionAuth.sidHashOf(req));
    await this.#parts.sessionAuth.renew(req, actor);
    await this.#recordEnd(actor, count);
  }

  async #recordEnd({ id }: Actor, count: number): Promise<void> {
    await this.#parts.audit.record({
      actorId: id,
      action: 'user.sessions_ended',
      targetType: 'user',
      targetId: id,
      details: { count },
    });
  }
}
