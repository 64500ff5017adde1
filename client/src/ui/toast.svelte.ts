import { limits } from '#shared/limits';
import { t } from '../i18n/t.ts';

/** Milliseconds a plain message stays; long enough to read two lines. */
const readingTime = 5_000;

export interface ToastOptions {
  message: string;
  tone?: 'neutral' | 'success' | 'danger';
  /** Offers "Undo" and keeps the message for 10 s. What it throws is shown as a message of its own. */
  undo?: () => unknown;
  /** Another next step: `{ label: 'Open', run }`. */
  action?: { label: string; run: () => unknown };
  durationMs?: number;
}

let toastsMade = 0;

/** A message on the screen. Its time runs only while nobody is at it. */
export class Toast {
  // `crypto.randomUUID` is missing on pages without HTTPS.
  readonly id = ++toastsMade;
  readonly message: string;
  readonly tone: NonNullable<ToastOptions['tone']>;
  readonly action: ToastOptions['action'];
  #remaining: number;
  #startedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onEnd: () => void;

  constructor(options: ToastOptions, onEnd: () => void) {
    const undo = options.undo;
    this.message = options.message;
    this.tone = options.tone ?? 'neutral';
    this.action = undo ? { label: t('common.undo'), run: undo } : options.action;
    this.#remaining = options.durationMs ?? (undo ? limits.undoWindowMs : readingTime);
    this.#onEnd = onEnd;
  }

  run(): void {
    this.#startedAt = Date.now();
    this.#timer = setTimeout(this.#onEnd, this.#remaining);
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#remaining -= Date.now() - this.#startedAt;
  }
}

/** The messages on the screen, the newest last. */
class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #paused = false;

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  /** Shows a message and returns the way to take it back. */
  show(options: ToastOptions): () => void {
    const toast = new Toast(options, () => this.dismiss(toast));
    this.#shown = [...this.#shown, toast];
    if (!this.#paused) toast.run();
    return () => this.dismiss(toast);
  }

  success(message: string): void {
    this.show({ message, tone: 'success' });
  }

  /** Says what went wrong: the words of an `ApiError`, or a general sentence. */
  failed(error: unknown): void {
    const message =
      error instanceof Error && error.name === 'ApiError' ? error.message : t('common.somethingFailed');
    this.show({ message, tone: 'danger', durationMs: 2 * readingTime });
  }

  /** Does what a message offers; it goes at once, so that it is done once. */
  async act(toast: Toast): Promise<void> {
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
    if (!this.#paused) toast.pause();
    this.#shown = this.#shown.filter((other) => other !== toast);
    if (this.#shown.length === 0) this.#paused = false;
  }

  /** Somebody is at the messages: none of them goes. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    for (const toast of this.#shown) toast.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    for (const toast of this.#shown) toast.run();
  }

  reset(): void {
    for (const toast of this.#shown) this.dismiss(toast);
  }
}

export const toast = new Toasts();
