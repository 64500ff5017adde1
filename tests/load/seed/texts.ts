import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { seeded } from '../../support/modelServer.ts';

/** Frequent words of questions, titles and answers. */
export const commonWords = ['plan', 'review', 'budget'];

const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu'.split(' ');
const vocabularySize = 5_000;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const list = <T>(length: number, item: (i: number) => T): T[] => Array.from({ length }, (_, i) => item(i));

/** Returns a function that makes texts of made-up words, of which a few are frequent and most are rare, as in any language. */
function textMaker(seed: number): { text: (words: number) => string; random: () => number } {
  const random = seeded(seed);
  const pick = <T>(items: T[], skew = 1): T => items[Math.floor(random() ** skew * items.length)]!;
  const word = () => list(1 + Math.floor(random() * 4), () => pick(syllables)).join('');
  const vocabulary = [...commonWords, ...list(vocabularySize, word)];
  return {
    text: (words) => list(Math.max(1, Math.round(words)), () => pick(vocabulary, 3)).join(' '),
    random,
  };
}

/** Returns a text with exactly this many words, always the same. */
export const textOf = (words: number): string => textMaker(1).text(words);

interface Texts {
  questions: string[];
  answers: string[];
  /** The stored form of snapshots. */
  snapshots: Buffer[];
}

/** Returns the texts from which all messages and snapshots are made. */
export function makeTexts({
  questions: questionCount,
  answers: answerCount,
  snapshots: snapshotCount,
}: {
  questions: number;
  answers: number;
  snapshots: number;
}): Texts {
  const { text, random } = textMaker(42);
  const questions = list(questionCount, () => text(5 + random() * 25));
  // Most answers are short and a few are long; the mean is about 140 words.
  const answers = list(answerCount, () => text(20 + random() ** 3 * 500));
  const message = (snapshot: number, i: number) => ({
    id: md5(`snapshot ${snapshot} ${i}`).slice(0, 16),
    role: i % 2 === 0 ? 'user' : 'assistant',
    content:
      i % 2 === 0 ? questions[(snapshot + i) % questionCount] : answers[(snapshot * 5 + i) % answerCount],
    createdAt: '2025-01-01T00:00:00.000Z',
  });
  const snapshots = list(snapshotCount, (n) =>
    brotliCompressSync(JSON.stringify(list(10, (i) => message(n, i)))),
  );
  return { questions, answers, snapshots };
}
