import type { en } from './en/index.ts';

/** A text, or one for each plural form of `{count}`. */
export type Message = string | { readonly one: string; readonly other: string };

type Catalogue = typeof en;
type Topic = keyof Catalogue;

/** The `'topic.name'` of every message. */
export type MessageKey = { [T in Topic]: `${T}.${keyof Catalogue[T] & string}` }[Topic];

type MessageAt<Key> = Key extends `${infer T extends Topic}.${infer Name}`
  ? Name extends keyof Catalogue[T]
    ? Catalogue[T][Name]
    : never
  : never;

type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

type ValueName<M> = M extends string ? Placeholder<M> : 'count' | Placeholder<M[keyof M]>;

type Values<Key> = {
  [Name in ValueName<MessageAt<Key>>]: Name extends 'count' ? number : string | number;
};

/** The second argument of `t`: the values of the placeholders, or none for a message without placeholders. */
export type ValuesOf<Key> = keyof Values<Key> extends never ? [] : [values: Values<Key>];
