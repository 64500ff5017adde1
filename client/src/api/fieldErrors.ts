import { ApiError } from './apiError.ts';

/** Returns the server's error messages by field name; empty when the error is not about fields. */
export function fieldErrorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.status !== 400) return {};
  const { fieldErrors = {} } = (error.details ?? {}) as {
    fieldErrors?: Record<string, string[] | undefined>;
  };
  return Object.fromEntries(
    Object.entries(fieldErrors).flatMap(([field, messages]) =>
      messages?.[0] ? [[field, asSentence(messages[0])]] : [],
    ),
  );
}

const asSentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`;
