import type { Audience, LinkOptions, SharedLink } from '#shared/sharing';

/** The options of a link; the same fields before and after it is created. */
export interface ShareOptions {
  /** Null: the chat's title. */
  title: string | null;
  showAuthor: boolean;
  /** Whether the snapshot includes the model's reasoning. Takes effect when it is published. */
  includeReasoning: boolean;
  audience: Audience;
  /** ISO time; null: never. */
  expiresAt: string | null;
}

/** The options a link is created with unless its owner chooses others. */
export const initialOptions: ShareOptions = {
  title: null,
  showAuthor: true,
  includeReasoning: false,
  audience: { kind: 'instance' },
  expiresAt: null,
};

/** Returns the options of an existing link. */
export const optionsOf = ({
  title,
  showAuthor,
  includeReasoning,
  audience,
  expiresAt,
}: SharedLink): ShareOptions => ({
  title,
  showAuthor,
  includeReasoning,
  audience,
  expiresAt,
});

/** Returns option changes as a request contains them. */
export const toRequest = ({ title, ...rest }: Partial<ShareOptions>): LinkOptions =>
  title == null ? rest : { ...rest, title };
