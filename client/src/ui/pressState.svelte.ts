export type PressHandler = (event: MouseEvent) => unknown;

interface PressOptions {
  onclick: () => PressHandler | undefined;
  /** From outside: a form being sent, for example. */
  busy: () => boolean;
  disabled: () => boolean;
}

/** A control that cannot be pressed again before what it started is done. */
export class Press {
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

  /** Runs the handler; while the promise it returns is open, the control is busy. */
  readonly press = async (event: MouseEvent): Promise<void> => {
    if (this.inactive) {
      // A form would be sent, a menu opened.
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
