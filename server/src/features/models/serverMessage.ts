import type { ModelConnection } from './connections.contract.ts';

/** Characters of a message that are shown. */
const messageMax = 300;
const removed = '…';

type Connection = Pick<ModelConnection, 'baseUrl' | 'apiKey'>;

/** Returns the message in the body of an error; empty if there is none. */
export function messageOf(body: unknown): string {
  const message =
    typeof body === 'string' ? body : (body as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message.trim() : '';
}

/** Returns what the server says: one line, shortened, without API keys. Its addresses help an admin. */
export function messageForAdmins(body: unknown, { apiKey }: Connection): string {
  const message = messageOf(body);
  const line = (apiKey ? message.replaceAll(apiKey, removed) : message)
    .replace(/\b(sk|pk|key|gsk)-[\w*-]{6,}/g, removed)
    .replace(/\b(bearer)\s+\S+/gi, `$1 ${removed}`)
    // eslint-disable-next-line no-control-regex
    .replace(/[\s\u0000-\u001f]+/g, ' ')
    .trim();
  return line.length > messageMax ? `${line.slice(0, messageMax).toWellFormed()}${removed}` : line;
}

const quotedPath = /(["'`])[^"'`]*[/\\][^"'`]*\1/g;
/** Punctuation around a word. Only one colon may follow: two belong to an address. */
const around = /^["'`([{]*|[.,;!?…"'`)\]}]*:?["'`)\]}]*$/g;
/** Letters alone, also of languages that put no spaces between words. */
const plainWord = /^[\p{L}\p{M}]{1,24}(['’，、；：！？。][\p{L}\p{M}]{1,24})*$/u;
/** Amounts, not parts of addresses or identifiers. */
const amount = /^(\d{1,7}|\d{1,3}(,\d{3})+)(\.\d{1,2})?(%|ms|s|m|h|k|[KMGT]i?B)?$/;
const sign = /^[%–—-]?$/;
const knownNames = new Set([
  'max_tokens',
  'max_completion_tokens',
  'top_p',
  'context_length',
  'context_length_exceeded',
]);
/** The word after one of these is a name, even if it is made of letters alone. */
const namesFollow =
  /^(host|hostname|lookup|resolve|node|pod|container|namespace|machine|cluster|user|username|login|account|password|passphrase|secret|key|bearer|database|bucket|organization|project|tenant|directory|folder|socket)$/i;
/** Unless it is one of these. */
const noName =
  /^(is|are|was|were|has|have|had|not|no|in|on|of|at|to|for|with|and|or|but|the|an?|does|did|can|cannot|could|must|should|will|may|failed|errors?|limit|exceeded|invalid|missing|required|unknown|unavailable|down|busy|out|rejected|refused|denied|too|such)$/i;

const withoutPunctuation = (word: string): string => word.replace(around, '');

/** Returns the words that name the model server of this connection, in lower case. */
function namesOf({ baseUrl, apiKey }: Connection): Set<string> {
  const labels = new URL(baseUrl).hostname.split('.').filter((label) => label.length > 3);
  return new Set(['localhost', ...labels, ...(apiKey ? [apiKey.toLowerCase()] : [])]);
}

/**
 * Returns what of the server's message members may see: ordinary words and amounts. Whatever may be an address, a host,
 * a path, a key or an id is left out. Empty if little is left, or if the message is long, as traces of errors are.
 */
export function messageForMembers(body: unknown, connection: Connection): string {
  const message = messageOf(body);
  if (message.length > messageMax || /[\r\n]/.test(message)) return '';
  const names = namesOf(connection);
  const words = message.replace(quotedPath, removed).split(/\s+/);
  const shown = words.map((word, i) => {
    const core = withoutPunctuation(word);
    const isOrdinary = [plainWord, amount, sign].some((kind) => kind.test(core)) || knownNames.has(core);
    const isName = namesFollow.test(withoutPunctuation(words[i - 1] ?? '')) && !noName.test(core);
    return isOrdinary && !isName && !names.has(core.toLowerCase()) ? word : removed;
  });
  const removedCount = shown.filter((word) => word === removed).length;
  return removedCount * 2 > shown.length ? '' : shown.join(' ');
}
