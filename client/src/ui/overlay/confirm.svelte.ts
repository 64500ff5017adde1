export interface ConfirmOptions {
  title: string;
  /** What will happen, and whether it can be undone. */
  body?: string;
  /** The verb on the confirming button: "Unshare", never "OK". */
  action: string;
  danger?: boolean;
}

interface PendingConfirmation extends ConfirmOptions {
  resolve: (confirmed: boolean) => void;
}

/** A queue of confirmations; one dialog is open at a time. */
class Confirmations {
  #pending = $state.raw<readonly PendingConfirmation[]>([]);

  get current(): ConfirmOptions | null {
    return this.#pending[0] ?? null;
  }

  ask(options: ConfirmOptions): Promise<boolean> {
    return new Promise((resolve) => {
      this.#pending = [...this.#pending, { ...options, resolve }];
    });
  }

  /** Closes the current dialog with this result. */
  resolve(confirmed: boolean): void {
    const [current, ...rest] = this.#pending;
    this.#pending = rest;
    current?.resolve(confirmed);
  }

  reset(): void {
    while (this.#pending.length > 0) this.resolve(false);
  }
}

export const confirmations = new Confirmations();

/** Asks for confirmation: `if (await confirm({ title, body, action, danger: true })) …`. */
export const confirm = (options: ConfirmOptions): Promise<boolean> => confirmations.ask(options);
