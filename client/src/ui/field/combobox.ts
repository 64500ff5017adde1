export interface ComboboxOption {
  /** Tells the options apart; never empty. */
  value: string;
  label: string;
  /** A second, quieter line. */
  hint?: string;
}
