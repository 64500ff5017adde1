import type { Attachment } from 'svelte/attachments';

/** Milliseconds before a tooltip appears under a resting pointer, and before it disappears after the pointer left. */
const showDelayMs = 450;
const hideDelayMs = 120;

/**
 * The tooltip on the screen. All controls share it, so that a list of a thousand buttons has a thousand event handlers
 * and not a thousand components.
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

  show(anchor: HTMLElement, text: string, delayMs = this.#anchor ? 0 : showDelayMs): void {
    this.#schedule(delayMs, () => {
      this.#anchor = anchor;
      this.#text = text;
    });
  }

  /** Keeps it open while the pointer is over the tooltip. */
  keepOpen(): void {
    clearTimeout(this.#timer);
  }

  hide(): void {
    this.#schedule(0, () => (this.#anchor = null));
  }

  /** Hides it unless the pointer moves onto the tooltip or back. */
  hideSoon(): void {
    this.#schedule(hideDelayMs, () => (this.#anchor = null));
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#anchor = null;
  }

  #schedule(delayMs: number, change: () => void): void {
    clearTimeout(this.#timer);
    if (delayMs === 0) change();
    else this.#timer = setTimeout(change, delayMs);
  }
}

export const tooltipState = new TooltipState();

/**
 * Gives a control a tooltip: `<button {@attach tooltip('Copy link')}>`. Screen readers do not see it, so the control
 * needs its own accessible name. Without text there is no tooltip.
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
    const leave = (): void => tooltipState.hideSoon();
    const hide = (): void => tooltipState.hide();
    // A control that is removed from the page loses the focus during an update, when state must not change.
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
