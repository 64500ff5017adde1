import OpenAI, { APIError, NotFoundError } from 'openai';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import { sanitizeText } from '#shared/values';
import type { DomainError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import type { ModelConnection } from './connections.contract.ts';
import type { ChatModel, ModelEvent, Prompt } from './models.contract.ts';
import { asModelError, modelErrors } from './modelErrors.ts';
import { eventsOf, textOfCompletion } from './modelEvents.ts';
import { modelFetch, type Timeouts } from './modelFetch.ts';
import { readChunks, readJson, readList } from './modelResponses.ts';
import { quotesPrompt } from './quotedPrompt.ts';
import { messageForAdmins, messageForMembers, messageOf } from './serverMessage.ts';

/** Models listed per connection. A proxy may serve thousands. */
const modelsMax = 2_000;
/** Characters of a model id that the API accepts. */
const idMax = 300;

export interface ServedModel {
  id: string;
  name: string;
}

interface ClientOptions {
  timeouts: Timeouts;
  /** Of Parley, for the `User-Agent` header. */
  version: string;
  log: Logger;
}

/** Creates a client for one connection. Sets every option that it would otherwise read from the environment. */
function clientOf(connection: ModelConnection, { timeouts, version }: ClientOptions): OpenAI {
  return new OpenAI({
    baseURL: connection.baseUrl,
    // The client requires a key even if the server needs none; the header is then removed.
    apiKey: connection.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    // `modelFetch` limits each phase. The client's own timeout must not be shorter.
    timeout: timeouts.connectMs + timeouts.firstByteMs + 1_000,
    fetch: modelFetch(timeouts),
    logLevel: 'off',
    defaultHeaders: {
      'User-Agent': `parley/${version}`,
      ...(connection.apiKey === null && { Authorization: null }),
    },
  });
}

/** Returns a model of the list; undefined if it has no id that the API accepts. */
function servedModel(element: unknown): ServedModel | undefined {
  const { id, name } = (element ?? {}) as { id?: unknown; name?: unknown };
  if (typeof id !== 'string' || id.length === 0 || id.length > idMax || id !== sanitizeText(id))
    return undefined;
  const shownName = typeof name === 'string' ? sanitizeText(name.trim().slice(0, idMax)) : '';
  return { id, name: shownName || id };
}

/** Returns the models that a server lists. Throws a `DomainError` for admins, also when `deadline` is aborted. */
export async function fetchModels(
  connection: ModelConnection,
  options: ClientOptions,
  deadline: AbortSignal,
): Promise<ServedModel[]> {
  try {
    // Parsed here, because the client treats a response without a list as an empty list.
    const response = await clientOf(connection, options).models.list({ signal: deadline }).asResponse();
    const models: ServedModel[] = [];
    let isEmpty = true;
    for await (const element of readList(response)) {
      deadline.throwIfAborted();
      isEmpty = false;
      const model = servedModel(element);
      if (model) models.push(model);
      if (models.length === modelsMax) break;
    }
    if (models.length === 0 && !isEmpty) throw modelErrors.unexpectedResponse();
    return models;
  } catch (error) {
    if (deadline.aborted) throw modelErrors.listTimeout();
    if (error instanceof NotFoundError) throw modelErrors.noModelList();
    throw asModelError(error, (body) => messageForAdmins(body, connection));
  }
}

/** OpenAI's newer models accept the limit only under another name. */
const limitOf = (connection: ModelConnection, tokens: number) =>
  new URL(connection.baseUrl).hostname === 'api.openai.com'
    ? { max_completion_tokens: tokens }
    : { max_tokens: tokens };

const paramsOf = (
  connection: ModelConnection,
  model: string,
  prompt: Prompt,
): ChatCompletionCreateParams => ({
  model,
  messages: prompt.messages,
  ...(prompt.temperature !== undefined && { temperature: prompt.temperature }),
  ...(prompt.topP !== undefined && { top_p: prompt.topP }),
  ...(prompt.maxTokens !== undefined && limitOf(connection, prompt.maxTokens)),
});

/** Returns the chunks of an answer. Not all servers label streams with the right type, but these are none. */
function chunksOf(response: Response): AsyncGenerator<unknown> {
  const isOther = /^(text\/html|application\/json)\b/i.test(response.headers.get('content-type') ?? '');
  if (!isOther) return readChunks(response);
  void response.body?.cancel();
  throw modelErrors.unexpectedResponse();
}

/** Returns one model of a connection. */
export function remoteModel(connection: ModelConnection, model: string, options: ClientOptions): ChatModel {
  const client = clientOf(connection, options);

  /** Members see only a part of what the server says, so the log has all of it, unless it quotes the chat. */
  function errorForMembers(error: unknown, prompt: Prompt): DomainError {
    const shown = (body: unknown) => (quotesPrompt(messageOf(body), prompt) ? undefined : body);
    if (error instanceof APIError && error.error !== undefined) {
      const { status, error: body } = error as APIError;
      const details = { connection: connection.id, status, says: messageForAdmins(shown(body), connection) };
      options.log.warn(details, 'a model server reported an error');
    }
    return asModelError(error, (body) => messageForMembers(shown(body), connection));
  }

  /** Ends with an error when no text arrives for too long, whatever else keeps the connection open. */
  async function* request(prompt: Prompt, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), options.timeouts.silentMs);
    try {
      const response = await client.chat.completions
        .create(
          { ...paramsOf(connection, model, prompt), stream: true },
          { signal: AbortSignal.any([signal, silence.signal]) },
        )
        .asResponse();
      for await (const event of eventsOf(chunksOf(response), signal)) {
        timer.refresh();
        yield event;
      }
    } catch (error) {
      throw silence.signal.aborted ? modelErrors.idleTimeout() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async *stream(prompt, signal) {
      try {
        yield* request(prompt, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw errorForMembers(error, prompt);
      }
    },
    async complete(prompt, signal) {
      try {
        const response = await client.chat.completions
          .create({ ...paramsOf(connection, model, prompt), stream: false }, { signal })
          .asResponse();
        return textOfCompletion(await readJson(response));
      } catch (error) {
        throw errorForMembers(error, prompt);
      }
    },
  };
}
