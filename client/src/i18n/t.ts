import { en } from './en/index.ts';
import { formatNumber, language } from './locale.ts';
import type { Message, MessageKey, ValuesOf } from './messages.ts';

const plurals = new Intl.PluralRules(language);
const catalogue: Record<string, Record<string, Message>> = en;

/** Returns the text of a message: `t('common.cancel')`, `t('sharing.newMessages', { count: 4 })`. */
export function t<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): string {
  return fill(textOf(key, values), values);
}

/** A part of a message; `tag` names a part that becomes an element, such as a link; null for plain text. */
export interface Part {
  text: string;
  tag: string | null;
}

/** Splits a message with `<tag>parts</tag>` that become links or buttons into its parts, in order. */
export function parts<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): Part[] {
  // Split before the values are filled in, because a title can look like a tag.
  const pieces = textOf(key, values).split(/<(\w+)>(.*?)<\/\1>/);
  const result: Part[] = [];
  for (let i = 0; i < pieces.length; i += 3) {
    result.push({ text: fill(pieces[i] ?? '', values), tag: null });
    if (i + 2 < pieces.length) {
      result.push({ text: fill(pieces[i + 2] ?? '', values), tag: pieces[i + 1] ?? null });
    }
  }
  return result.filter((part) => part.text !== '');
}

type Values = Readonly<Record<string, string | number>> | undefined;

function textOf(key: string, values: Values): string {
  const [topic = '', name = ''] = key.split('.');
  const message = catalogue[topic]?.[name] ?? key;
  if (typeof message === 'string') return message;
  return plurals.select(Number(values?.['count'])) === 'one' ? message.one : message.other;
}

function fill(text: string, values: Values): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? formatNumber(value) : value;
  });
}
