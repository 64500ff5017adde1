import OpenAI, { NotFoundError } from 'openai';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import { sanitizeText } from '#shared/values';
import type { ModelConnection } from './connections.contract.ts';
import type { ChatModel, Prompt } from './models.contract.ts';
import { asModelError, modelErrors } from './modelErrors.ts';
import { eventsOf } from './modelEvents.ts';
import { modelFetch, type Timeouts } from './modelFetch.ts';

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

/** Returns the models that a server lists. Throws a `DomainError` for users. */
export async function fetchModels(
  connection: ModelConnection,
  options: ClientOptions,
  signal?: AbortSignal,
): Promise<ServedModel[]> {
  try {
    // Parsed here, because the client treats a response without a list as an empty list.
    const response = await clientOf(connection, options).models.list({ signal }).asResponse();
    const body = JSON.parse(await response.text()) as { data?: unknown } | null;
    if (!Array.isArray(body?.data)) throw modelErrors.unexpectedResponse();
    return (body.data as { id?: unknown; name?: unknown }[])
      .filter((model): model is { id: string; name?: unknown } => typeof model?.id === 'string')
      .filter(({ id }) => id.length > 0 && id.length <= idMax && id === sanitizeText(id))
      .slice(0, modelsMax)
      .map(({ id, name }) => ({ id, name: typeof name === 'string' && name.trim() ? name.trim() : id }));
  } catch (error) {
    if (error instanceof NotFoundError) throw modelErrors.noModelList();
    throw asModelError(error, connection.apiKey);
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

/** Returns one model of a connection. */
export function remoteModel(connection: ModelConnection, model: string, options: ClientOptions): ChatModel {
  const client = clientOf(connection, options);
  return {
    async *stream(prompt, signal) {
      try {
        const { data, response } = await client.chat.completions
          .create({ ...paramsOf(connection, model, prompt), stream: true }, { signal })
          .withResponse();
        // A web page or plain JSON instead of a stream. Not all servers label streams with the right type.
        if (/^(text\/html|application\/json)\b/i.test(response.headers.get('content-type') ?? '')) {
          data.controller.abort();
          throw modelErrors.unexpectedResponse();
        }
        yield* eventsOf(data, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw asModelError(error, connection.apiKey);
      }
    },
    async complete(prompt, signal) {
      try {
        const completion = await client.chat.completions.create(
          { ...paramsOf(connection, model, prompt), stream: false },
          { signal },
        );
        return completion.choices?.[0]?.message?.content ?? '';
      } catch (error) {
        throw asModelError(error, connection.apiKey);
      }
    },
  };
}
