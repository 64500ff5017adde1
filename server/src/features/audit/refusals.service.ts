import type { ErrorRequestHandler } from 'express';
import { DomainError, NotAllowed } from '../../platform/errors.ts';
import type { RepeatedEvents } from './repeatedEvents.service.ts';

/** Returns why the request was refused, for errors that are refusals; undefined for all others. */
function refusalCode(error: unknown): string | undefined {
  if (error instanceof NotAllowed) return 'not_allowed';
  if (!(error instanceof DomainError)) return undefined;
  return error.kind === 'forbidden' || error.kind === 'rate_limited' ? error.code : undefined;
}

interface Refused {
  code: string;
  userId: string | undefined;
  /** The route or event, never the URL: it may be the secret of a link. */
  route: string;
  address?: string;
}

/** Records requests and events that a role, a policy, an origin check or a rate limit refused. */
export class RefusalService {
  #events: RepeatedEvents;

  constructor(events: RepeatedEvents) {
    this.#events = events;
  }

  /** Records the error of a request and passes it on. */
  readonly onRequest: ErrorRequestHandler = (error, req, _res, next) => {
    const code = refusalCode(error);
    const { path } = (req.route ?? {}) as { path?: string };
    const route = path ? `${req.method} ${path}` : req.method;
    if (code) this.#record({ code, userId: req.user?.id, route, address: req.ip ?? '' });
    next(error);
  };

  readonly onEvent = (error: DomainError, event: string, userId: string): void => {
    const code = refusalCode(error);
    if (code) this.#record({ code, userId, route: event });
  };

  #record({ code, userId, route, address }: Refused): void {
    this.#events.record(
      {
        actorId: userId ?? null,
        action: 'request.refused',
        targetType: 'instance',
        targetId: 'instance',
        details: { code, route, address },
      },
      `request.refused:${code}`,
    );
  }
}
