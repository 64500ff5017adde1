import type { en } from './en/index.ts';

/** A sentence, or one for each plural form of `{count}`. */
export type Message = string | { readonly one: string; readonly other: string };

type Catalogue = typeof en;
type Feature = keyof Catalogue;

/** `'feature.name'` of every message. */
export type MessageKey = { [F in Feature]: `${F}.${keyof Catalogue[F] & string}` }[Feature];

type MessageAt<Key> = Key extends `${infer F extends Feature}.${infer Name}`
  ? Name extends keyof Catalogue[F]
    ? Catalogue[F][Name]
    : never
  : never;

type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

type ValueName<M> = M extends string ? Placeholder<M> : 'count' | Placeholder<M[keyof M]>;

type Values<Key> = {
  [Name in ValueName<MessageAt<Key>>]: Name extends 'count' ? number : string | number;
};

/** Nothing for a plain sentence, the values of its placeholders for another. */
export type ValuesOf<Key> = keyof Values<Key> extends never ? [] : [values: Values<Key>];
