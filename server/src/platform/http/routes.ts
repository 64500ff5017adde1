import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Endpoint, Parsed, Sends } from '#shared/endpoint';
import { invalid, unauthenticated } from '../errors.ts';
import { requireAdmin, requireMember, type Actor } from '../policy.ts';

interface Context {
  req: Request;
  res: Response;
}
type Handler<E extends Endpoint, Who> = (
  input: Parsed<E> & Context & { actor: Who },
) => Promise<Sends<E>> | Sends<E>;

const reasons = (error: z.ZodError) =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
    .join('; ');

function parse(endpoint: Endpoint, req: Request): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = endpoint[part];
    if (!schema) continue;
    const parsed = schema.safeParse(req[part]);
    if (!parsed.success) {
      throw invalid(`The request is not valid. ${reasons(parsed.error)}.`, z.flattenError(parsed.error));
    }
    input[part] = parsed.data;
  }
  return input;
}

/**
 * The endpoints of one feature. The method says who may come in at all; what they may touch is the policy's matter.
 * Input and output are parsed with the shared schemas: a field no schema names does not leave the server.
 */
export class Routes {
  readonly router = Router();
  /** Who may call what, for the test that walks every route. */
  readonly mounted: { endpoint: Endpoint; access: 'anyone' | 'signedIn' | 'member' | 'admin' }[] = [];

  /** Also without a session. */
  anyone<E extends Endpoint>(
    endpoint: E,
    handler: Handler<E, Actor | undefined>,
    ...before: RequestHandler[]
  ): void {
    this.#mount('anyone', endpoint, (actor) => actor, handler, before);
  }

  /** Also while waiting for approval. */
  signedIn<E extends Endpoint>(endpoint: E, handler: Handler<E, Actor>, ...before: RequestHandler[]): void {
    this.#mount('signedIn', endpoint, signedIn, handler, before);
  }

  member<E extends Endpoint>(endpoint: E, handler: Handler<E, Actor>, ...before: RequestHandler[]): void {
    this.#mount('member', endpoint, member, handler, before);
  }

  admin<E extends Endpoint>(endpoint: E, handler: Handler<E, Actor>, ...before: RequestHandler[]): void {
    this.#mount('admin', endpoint, admin, handler, before);
  }

  #mount<E extends Endpoint, Who>(
    access: Routes['mounted'][number]['access'],
    endpoint: E,
    admit: (actor: Actor | undefined) => Who,
    handler: Handler<E, Who>,
    before: RequestHandler[],
  ): void {
    this.mounted.push({ endpoint, access });
    const method = endpoint.method.toLowerCase() as 'get';
    // Who is asked before anything is read, so that strangers learn nothing from a rate limit or a body that is refused.
    const gate: RequestHandler = (req, _res, next) => {
      admit(req.user);
      next();
    };
    this.router[method](endpoint.path, gate, ...before, async (req: Request, res: Response) => {
      const actor = admit(req.user);
      const input = { ...parse(endpoint, req), actor, req, res } as Parsed<E> & Context & { actor: Who };
      const answer: unknown = await handler(input);
      if (res.headersSent) return;
      if (res.statusCode === 200) res.status(endpoint.status ?? 200);
      if (endpoint.response) res.json(endpoint.response.parse(answer));
      else res.end();
    });
  }
}

const signedIn = (actor: Actor | undefined): Actor => {
  if (!actor) throw unauthenticated();
  return actor;
};
const member = (actor: Actor | undefined): Actor => {
  const someone = signedIn(actor);
  requireMember(someone);
  return someone;
};
const admin = (actor: Actor | undefined): Actor => {
  const someone = member(actor);
  requireAdmin(someone);
  return someone;
};

declare global {
  // Passport's own way to say what `req.user` is.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends Actor {}
  }
}
