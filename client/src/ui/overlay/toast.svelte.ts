import { limits } from '#shared/limits';
import { t } from '../../i18n/t.ts';

/** Milliseconds for which a toast without an action is shown; long enough to read two lines. */
const readingTimeMs = 5_000;

export interface ToastOptions {
  message: string;
  tone?: 'neutral' | 'success' | 'danger';
  /** Adds an "Undo" button and shows the toast for 10 s. An error it throws is shown in another toast. */
  undo?: () => unknown;
  /** Another action: `{ label: 'Open', run }`. */
  action?: { label: string; run: () => unknown };
  durationMs?: number;
}

let lastId = 0;

/** A message on the screen. Its timer is paused while the pointer or the focus is on the toasts. */
export class Toast {
  // A counter, because `crypto.randomUUID` is missing on pages without HTTPS.
  readonly id = ++lastId;
  readonly message: string;
  readonly tone: NonNullable<ToastOptions['tone']>;
  readonly action: ToastOptions['action'];
  #remainingMs: number;
  #startedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onTimeout: () => void;

  constructor(options: ToastOptions, onTimeout: () => void) {
    const undo = options.undo;
    this.message = options.message;
    this.tone = options.tone ?? 'neutral';
    this.action = undo ? { label: t('common.undo'), run: undo } : options.action;
    this.#remainingMs = options.durationMs ?? (undo ? limits.undoWindowMs : readingTimeMs);
    this.#onTimeout = onTimeout;
  }

  startTimer(): void {
    this.#startedAt = Date.now();
    this.#timer = setTimeout(this.#onTimeout, this.#remainingMs);
  }

  pauseTimer(): void {
    clearTimeout(this.#timer);
    this.#remainingMs -= Date.now() - this.#startedAt;
  }
}

/** The toasts on the screen, the newest last. */
class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #paused = false;

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  /** Shows a toast and returns a function that dismisses it. */
  show(options: ToastOptions): () => void {
    const toast = new Toast(options, () => this.dismiss(toast));
    this.#shown = [...this.#shown, toast];
    if (!this.#paused) toast.startTimer();
    return () => this.dismiss(toast);
  }

  success(message: string): void {
    this.show({ message, tone: 'success' });
  }

  /** Shows an error: the message of an `ApiError`, or a general one. */
  failed(error: unknown): void {
    const message =
      error instanceof Error && error.name === 'ApiError' ? error.message : t('common.somethingFailed');
    this.show({ message, tone: 'danger', durationMs: 2 * readingTimeMs });
  }

  /** Runs the action of a toast; dismisses the toast first, so that it runs only once. */
  async runAction(toast: Toast): Promise<void> {
    if (!this.#shown.includes(toast)) return;
    this.dismiss(toast);
    try {
      await toast.action?.run();
    } catch (error) {
      this.failed(error);
    }
  }

  dismiss(toast: Toast): void {
    if (!this.#shown.includes(toast)) return;
    if (!this.#paused) toast.pauseTimer();
    this.#shown = this.#shown.filter((other) => other !== toast);
    if (this.#shown.length === 0) this.#paused = false;
  }

  /** Stops all timers while the pointer or the focus is on the toasts. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    for (const toast of this.#shown) toast.pauseTimer();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    for (const toast of this.#shown) toast.startTimer();
  }

  reset(): void {
    for (const toast of this.#shown) this.dismiss(toast);
  }
}

export const toast = new Toasts();
