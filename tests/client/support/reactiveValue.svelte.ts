/** A reactive value that a test changes while a component or state class reads it. */
export class ReactiveValue<T> {
  value = $state.raw() as T;

  constructor(value: T) {
    this.value = value;
  }
}
