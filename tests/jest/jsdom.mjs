import { configure } from '@testing-library/dom';

// The library's one second is not enough on a busy machine; a test that waits forever still ends.
configure({ asyncUtilTimeout: 15_000 });

// Browser APIs that jsdom lacks: observers never fire, no media query matches, animations finish at once.
class SilentObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}

globalThis.IntersectionObserver ??= SilentObserver;
globalThis.ResizeObserver ??= SilentObserver;
globalThis.matchMedia ??= (media) => ({
  media,
  matches: false,
  addEventListener() {},
  removeEventListener() {},
});

Element.prototype.animate ??= () => ({
  finished: Promise.resolve(),
  cancel() {},
  finish() {},
  addEventListener() {},
  removeEventListener() {},
});
Element.prototype.getAnimations ??= () => [];
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.scrollTo ??= () => {};
