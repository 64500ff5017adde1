import { en } from './en/index.ts';
import { formatNumber, language } from './locale.ts';
import type { Message, MessageKey, ValuesOf } from './messages.ts';

const plurals = new Intl.PluralRules(language);
const catalogue: Record<string, Record<string, Message>> = en;

/** The words of a key: `t('common.cancel')`, `t('sharing.newMessages', { count: 4 })`. */
export function t<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): string {
  return fill(textOf(key, values), values);
}

/** A run of a sentence; `tag` names the part that is more than text, such as a link. */
export interface Part {
  text: string;
  tag: string | null;
}

/** A sentence with `<tag>parts</tag>` of it that become links or buttons, in order. */
export function parts<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): Part[] {
  // Split before the values are filled in: a title may look like a tag.
  const runs = textOf(key, values).split(/<(\w+)>(.*?)<\/\1>/);
  const result: Part[] = [];
  for (let at = 0; at < runs.length; at += 3) {
    result.push({ text: fill(runs[at] ?? '', values), tag: null });
    if (at + 2 < runs.length) {
      result.push({ text: fill(runs[at + 2] ?? '', values), tag: runs[at + 1] ?? null });
    }
  }
  return result.filter((part) => part.text !== '');
}

type Values = Readonly<Record<string, string | number>> | undefined;

function textOf(key: string, values: Values): string {
  const [feature = '', name = ''] = key.split('.');
  const message = catalogue[feature]?.[name] ?? key;
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
