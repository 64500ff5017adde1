import { DomainError, invalid } from '../errors.ts';

/** Levels of arrays and objects in a body. The deepest body of an endpoint has four. */
const depthMax = 16;
/** Brackets, commas and colons in a body: ten times those of the longest list that an endpoint accepts. */
const tokensMax = 10_000;

const [quote, backslash] = [0x22, 0x5c];
const [comma, colon] = [0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Returns the index of the quotation mark that ends the string beginning at `start`, or the length of the body. */
function endOfString(body: Buffer, start: number): number {
  for (let i = start + 1; i < body.length; i++) {
    if (body[i] === backslash) i++;
    else if (body[i] === quote) return i;
  }
  return body.length;
}

function isSimple(body: Buffer): boolean {
  let depth = 0;
  let tokens = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === quote) i = endOfString(body, i);
    else if (byte === openList || byte === openObject) depth++;
    else if (byte === closeList || byte === closeObject) depth--;
    else if (byte !== comma && byte !== colon) continue;
    if (++tokens > tokensMax || depth > depthMax) return false;
  }
  return true;
}

/**
 * Refuses a JSON body with too many values or levels before it is parsed: `JSON.parse` takes most of a second for a
 * megabyte of nothing but brackets, and nobody else is served meanwhile. Other encodings than UTF-8 cannot be scanned.
 */
export function requireSimpleJson(_req: unknown, _res: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') {
    throw new DomainError('wrong_type', 'This character set is not supported. Send UTF-8.');
  }
  if (!isSimple(body)) throw invalid('The request has too many values, or is nested too deeply.');
}
