import type { Prompt } from './models.contract.ts';

/** Characters of a message that are compared, and characters of each text of the prompt at its beginning and end. */
const [messageChars, excerptChars] = [1_000, 2_000];
/** Texts of the prompt that are compared: the first ones and the last ones. */
const [firstTexts, lastTexts] = [2, 30];
/** Characters in a row that no message shares with a prompt by chance. */
const runChars = 12;
/** Characters of a prompt that count if it is quoted completely. */
const shortestQuote = 4;

function* excerptsOf({ messages }: Prompt): Generator<string> {
  const chosen =
    messages.length <= firstTexts + lastTexts
      ? messages
      : [...messages.slice(0, firstTexts), ...messages.slice(-lastTexts)];
  for (const { content } of chosen) {
    yield content.slice(0, excerptChars);
    if (content.length > excerptChars) yield content.slice(-excerptChars);
  }
}

/** Returns pieces of the message; a shared text of twice the length of a piece contains one of them. */
function piecesOf(message: string): string[] {
  const pieces: string[] = [];
  const compared = message.slice(0, messageChars);
  for (let at = 0; at + runChars <= compared.length; at += runChars)
    pieces.push(compared.slice(at, at + runChars));
  return pieces;
}

/** Whether the message of a model server quotes what it was sent, as the errors of some servers do. */
export function quotesPrompt(message: string, prompt: Prompt): boolean {
  const pieces = piecesOf(message);
  for (const text of excerptsOf(prompt)) {
    const whole = text.trim();
    if (whole.length >= shortestQuote && whole.length < 2 * runChars && message.includes(whole)) return true;
    if (pieces.some((piece) => text.includes(piece))) return true;
  }
  return false;
}
