export type PressHandler = (event: MouseEvent) => unknown;

interface PressOptions {
  onclick: () => PressHandler | undefined;
  /** Set by the parent, for example while a form is being sent. */
  busy: () => boolean;
  disabled: () => boolean;
}

/** The state of a control that cannot be pressed again until the action it started has finished. */
export class PressState {
  #pending = $state(false);
  readonly #options: PressOptions;

  constructor(options: PressOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#pending || this.#options.busy();
  }
  get inactive(): boolean {
    return this.busy || this.#options.disabled();
  }

  /** Runs the handler; the control is busy until the promise it returns settles. */
  readonly handleClick = async (event: MouseEvent): Promise<void> => {
    if (this.inactive) {
      // Otherwise the form would be sent or the menu opened.
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const result = this.#options.onclick()?.(event);
    if (!(result instanceof Promise)) return;
    this.#pending = true;
    try {
      await result;
    } finally {
      this.#pending = false;
    }
  };
}
