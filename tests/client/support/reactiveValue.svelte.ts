/** A value that a test changes under whoever reads it. */
export class Held<T> {
  value = $state.raw() as T;

  constructor(value: T) {
    this.value = value;
  }
}
