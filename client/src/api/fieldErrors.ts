import { ApiError } from './apiError.ts';

/** What the server found wrong with single fields of a body, by their names; empty when it was something else. */
export function fieldErrorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.status !== 400) return {};
  const { fieldErrors = {} } = (error.details ?? {}) as {
    fieldErrors?: Record<string, string[] | undefined>;
  };
  return Object.fromEntries(
    Object.entries(fieldErrors).flatMap(([field, reasons]) =>
      reasons?.[0] ? [[field, sentence(reasons[0])]] : [],
    ),
  );
}

const sentence = (reason: string): string =>
  `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.$/, '')}.`;
