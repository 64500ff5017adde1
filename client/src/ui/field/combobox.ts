export interface ComboboxOption {
  /** Identifies the option; never empty. */
  value: string;
  label: string;
  /** A second line in muted text. */
  hint?: string;
}
