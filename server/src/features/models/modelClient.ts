import OpenAI, { NotFoundError } from 'openai';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import { sanitizeText } from '#shared/values';
import type { ModelConnection } from './connections.contract.ts';
import type { ChatModel, Prompt } from './models.contract.ts';
import { asModelError, modelErrors } from './modelErrors.ts';
import { eventsOf } from './modelEvents.ts';
import { modelFetch, type Timeouts } from './modelFetch.ts';

/** Models of one connection that are listed; a proxy of everything may serve thousands. */
const modelsMax = 2_000;
/** Characters of a model id that the interface takes. */
const idMax = 300;

export interface ServedModel {
  id: string;
  name: string;
}

/** A client for one connection. Everything it would otherwise take from the process's environment is given here. */
function clientOf(connection: ModelConnection, patience: Timeouts, version: string): OpenAI {
  return new OpenAI({
    baseURL: connection.baseUrl,
    // The client wants a key even where the server wants none; the header is left out then.
    apiKey: connection.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    // Our own fetch keeps time, phase by phase; this must only not be shorter.
    timeout: patience.connectMs + patience.firstByteMs + 1_000,
    fetch: modelFetch(patience),
    logLevel: 'off',
    defaultHeaders: {
      'User-Agent': `parley/${version}`,
      ...(connection.apiKey === null && { Authorization: null }),
    },
  });
}

/** The models a server says it has. Throws a `DomainError` for people to read. */
export async function fetchModels(
  connection: ModelConnection,
  patience: Timeouts,
  version: string,
  signal?: AbortSignal,
): Promise<ServedModel[]> {
  try {
    // Read by hand: the client takes an answer that is no list for an empty one.
    const answer = await clientOf(connection, patience, version).models.list({ signal }).asResponse();
    const body = JSON.parse(await answer.text()) as { data?: unknown } | null;
    if (!Array.isArray(body?.data)) throw modelErrors.notUnderstood();
    return (body.data as { id?: unknown; name?: unknown }[])
      .filter((each): each is { id: string; name?: unknown } => typeof each?.id === 'string')
      .filter(({ id }) => id.length > 0 && id.length <= idMax && id === sanitizeText(id))
      .slice(0, modelsMax)
      .map(({ id, name }) => ({ id, name: typeof name === 'string' && name.trim() ? name.trim() : id }));
  } catch (error) {
    if (error instanceof NotFoundError) throw modelErrors.noList();
    throw asModelError(error, connection.apiKey);
  }
}

/** OpenAI's own newer models take the limit under another name only. */
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

/** One model of a connection, to stream answers from. */
export function remoteModel(
  connection: ModelConnection,
  model: string,
  patience: Timeouts,
  version: string,
): ChatModel {
  const client = clientOf(connection, patience, version);
  return {
    async *stream(prompt, signal) {
      try {
        const { data, response } = await client.chat.completions
          .create({ ...paramsOf(connection, model, prompt), stream: true }, { signal })
          .withResponse();
        // A page or a plain answer instead of a stream. Servers that stream do not all say so by the right type.
        if (/^(text\/html|application\/json)\b/i.test(response.headers.get('content-type') ?? '')) {
          data.controller.abort();
          throw modelErrors.notUnderstood();
        }
        yield* eventsOf(data, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw asModelError(error, connection.apiKey);
      }
    },
    async complete(prompt, signal) {
      try {
        const answer = await client.chat.completions.create(
          { ...paramsOf(connection, model, prompt), stream: false },
          { signal },
        );
        return answer.choices?.[0]?.message?.content ?? '';
      } catch (error) {
        throw asModelError(error, connection.apiKey);
      }
    },
  };
}
