/** What one check found. */
export interface Finding {
  /** What was checked, in one or two words. */
  check: string;
  state: 'ok' | 'warning' | 'fault';
  text: string;
  /** What to do. */
  advice?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
/** Parley runs, but something should be changed. */
export const warning = (check: string, text: string, advice: string): Finding => ({
  check,
  state: 'warning',
  text,
  advice,
});
/** Parley does not start, or does not work. */
export const fault = (check: string, text: string, advice: string): Finding => ({
  check,
  state: 'fault',
  text,
  advice,
});

const signs = { ok: '✓', warning: '!', fault: '✗' };

/** Returns one line for a person. */
export const line = ({ check, state, text, advice }: Finding): string =>
  `${signs[state]} ${check}: ${text}${advice ? ` ${advice}` : ''}`;
