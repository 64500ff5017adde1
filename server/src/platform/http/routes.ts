import express, {
  Router,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { z } from 'zod';
import type { Endpoint, ParsedInput, HandlerResult } from '#shared/endpoint';
import { limits } from '#shared/limits';
import { invalid, tooLarge, unauthenticated } from '../errors.ts';
import { requireAdmin, requireMember, type Actor } from '../policy.ts';
import { jsonOnly } from './guards.ts';
import type { InFlightBound } from './inFlight.ts';
import { allowMemberBody, allowUpload } from './requestDeadlines.ts';
import { requireSimpleJson } from './simpleJson.ts';

interface Context {
  req: Request;
  res: Response;
}
type Handler<E extends Endpoint, Who> = (
  input: ParsedInput<E> & Context & { actor: Who },
) => Promise<HandlerResult<E>> | HandlerResult<E>;

const reasonsOf = (error: z.ZodError) =>
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
      throw invalid(`The request is not valid. ${reasonsOf(parsed.error)}.`, z.flattenError(parsed.error));
    }
    input[part] = parsed.data;
    // Passport reads the body from the request, so the request gets the parsed one.
    if (part === 'body') req.body = parsed.data;
  }
  return input;
}

type Access = 'anyone' | 'signedIn' | 'member' | 'admin';

/** What happens between the gate and the handler, in this order: rate limits, `before`, the bound of requests in flight. */
interface RouteOptions {
  limit?: RequestHandler | RequestHandler[];
  before?: RequestHandler;
  /** Bounds how many of these requests one person has at once. */
  inFlight?: InFlightBound;
}

/** Mounts an endpoint: `(endpoint, handler)` or `(endpoint, options, handler)`. */
interface Mount<Who> {
  <E extends Endpoint>(endpoint: E, handler: Handler<E, Who>): void;
  <E extends Endpoint>(endpoint: E, options: RouteOptions, handler: Handler<E, Who>): void;
}

/**
 * The endpoints of one feature. A request passes: gate (who may call), rate limits, `before`, body parser, input
 * schemas, handler, output schema. The method names the gate; policies decide which rows the actor may access.
 * A field that is not in the schema is never sent.
 */
export class Routes {
  readonly router = Router();
  /** Every mounted endpoint with its access, for the test that covers all routes. */
  readonly mounted: { endpoint: Endpoint; access: Access }[] = [];

  /** Allows requests without a session. */
  readonly anyone = this.#mounter('anyone', (actor) => actor);
  /** Allows accounts that are waiting for approval. */
  readonly signedIn = this.#mounter('signedIn', requireSignedIn);
  readonly member = this.#mounter('member', requireActiveMember);
  readonly admin = this.#mounter('admin', requireActiveAdmin);

  #mounter<Who>(access: Access, gate: (actor: Actor | undefined) => Who): Mount<Who> {
    return <E extends Endpoint>(
      endpoint: E,
      ...rest: [Handler<E, Who>] | [RouteOptions, Handler<E, Who>]
    ): void => {
      const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
      this.mounted.push({ endpoint, access });
      const method = endpoint.method.toLowerCase() as 'get';
      this.router[method](
        endpoint.path,
        // First, so that anonymous requests learn nothing from a rate limit or a rejected body.
        (req: Request, _res: Response, next: NextFunction) => {
          gate(req.user);
          next();
        },
        ...[options.limit ?? []].flat(),
        ...[options.before ?? []].flat(),
        ...bodyParsers(endpoint, access),
        async (req: Request, res: Response) => {
          const actor = gate(req.user);
          const input = parse(endpoint, req);
          const run = () =>
            respond(endpoint, res, () =>
              handler({ ...input, actor, req, res } as ParsedInput<E> & Context & { actor: Who }),
            );
          if (options.inFlight && req.user) await options.inFlight.run(req.user.id, res, run);
          else await run();
        },
      );
    };
  }
}

async function respond(endpoint: Endpoint, res: Response, handle: () => unknown): Promise<void> {
  const body: unknown = await handle();
  if (endpoint.responseMode === 'raw') return;
  if (res.statusCode === 200) res.status(endpoint.status ?? 200);
  if (endpoint.response) res.json(endpoint.response.parse(body));
  else res.end();
}

const tooLargeBody = () => tooLarge('The request is too large.');

/** Refuses a body by its announced size, before any of it is read. */
const requireSize =
  (maxBytes: number): RequestHandler =>
  (req, _res, next) => {
    if (Number(req.headers['content-length']) > maxBytes) throw tooLargeBody();
    next();
  };

/** A request that has passed the gate and the rate limits gets the time to send its body. */
const after =
  (allow: (req: Request) => void): RequestHandler =>
  (req, _res, next) => {
    allow(req);
    next();
  };

const jsonParsers = (maxBytes: number) => [
  requireSize(maxBytes),
  express.json({ limit: maxBytes, verify: requireSimpleJson }),
];
const parseSmallJson = jsonParsers(limits.strangerBodyBytes);
const parseJson = [after(allowMemberBody), ...jsonParsers(limits.jsonBodyBytes)];

/** A streamed body is read by the handler, which also checks its type. */
function bodyParsers({ bodyMode, body }: Endpoint, access: Access): RequestHandler[] {
  if (bodyMode === 'stream') return [after(allowUpload)];
  if (!body) return [jsonOnly];
  return [jsonOnly, ...(access === 'member' || access === 'admin' ? parseJson : parseSmallJson)];
}

function requireSignedIn(actor: Actor | undefined): Actor {
  if (!actor) throw unauthenticated();
  return actor;
}
function requireActiveMember(actor: Actor | undefined): Actor {
  const user = requireSignedIn(actor);
  requireMember(user);
  return user;
}
function requireActiveAdmin(actor: Actor | undefined): Actor {
  const user = requireActiveMember(actor);
  requireAdmin(user);
  return user;
}

declare global {
  // The type of `req.user`, in the place where Passport declares it.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends Actor {}
  }
}
