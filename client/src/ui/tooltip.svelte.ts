import type { Attachment } from 'svelte/attachments';

/** Milliseconds a pointer rests before its tooltip appears, and may be away before it goes. */
const restBefore = 450;
const graceAfter = 120;

/**
 * The one tooltip on the screen. Controls share it, so that a list of a thousand buttons carries a thousand
 * handlers and not a thousand components.
 */
class TooltipState {
  #anchor = $state.raw<HTMLElement | null>(null);
  #text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  get anchor(): HTMLElement | null {
    return this.#anchor;
  }
  get text(): string {
    return this.#text;
  }

  show(anchor: HTMLElement, text: string, wait = this.#anchor ? 0 : restBefore): void {
    this.#after(wait, () => {
      this.#anchor = anchor;
      this.#text = text;
    });
  }

  /** Keeps it while the pointer is on the tooltip itself. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  hide(wait = 0): void {
    this.#after(wait, () => (this.#anchor = null));
  }

  leave(): void {
    this.hide(graceAfter);
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#anchor = null;
  }

  #after(wait: number, change: () => void): void {
    clearTimeout(this.#timer);
    if (wait === 0) change();
    else this.#timer = setTimeout(change, wait);
  }
}

export const tooltipState = new TooltipState();

/**
 * Gives a control a tooltip: `<button {@attach tooltip('Copy link')}>`. It is for the eye only: the control
 * needs a name of its own. No text, no tooltip.
 */
export function tooltip(text: string | undefined): Attachment<HTMLElement> {
  return (node) => {
    if (!text) return;
    const enter = (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') tooltipState.show(node, text);
    };
    const focus = (): void => {
      if (node.matches(':focus-visible')) tooltipState.show(node, text, 0);
    };
    const leave = (): void => tooltipState.leave();
    const hide = (): void => tooltipState.hide();
    // A control that is taken off the page loses the focus in the middle of an update, where no state may change.
    const blur = (): void => queueMicrotask(hide);
    node.addEventListener('pointerenter', enter);
    node.addEventListener('pointerleave', leave);
    node.addEventListener('pointerdown', hide);
    node.addEventListener('focus', focus);
    node.addEventListener('blur', blur);
    return () => {
      node.removeEventListener('pointerenter', enter);
      node.removeEventListener('pointerleave', leave);
      node.removeEventListener('pointerdown', hide);
      node.removeEventListener('focus', focus);
      node.removeEventListener('blur', blur);
      if (tooltipState.anchor === node) tooltipState.reset();
    };
  };
}
