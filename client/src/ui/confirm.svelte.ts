/** What is asked. */
export interface Question {
  title: string;
  /** What will happen, and whether it can be taken back. */
  body?: string;
  /** The verb on the button: "Unshare", never "OK". */
  action: string;
  danger?: boolean;
}

interface Asked extends Question {
  answer: (confirmed: boolean) => void;
}

/** Questions wait for each other: one is asked at a time. */
class Confirmations {
  #asked = $state.raw<readonly Asked[]>([]);

  get current(): Question | null {
    return this.#asked[0] ?? null;
  }

  ask(question: Question): Promise<boolean> {
    return new Promise((resolve) => {
      this.#asked = [...this.#asked, { ...question, answer: resolve }];
    });
  }

  answer(confirmed: boolean): void {
    const [asked, ...waiting] = this.#asked;
    this.#asked = waiting;
    asked?.answer(confirmed);
  }

  reset(): void {
    while (this.#asked.length > 0) this.answer(false);
  }
}

export const confirmations = new Confirmations();

/** Asks before something is done: `if (await confirm({ title, body, action, danger: true })) …`. */
export const confirm = (question: Question): Promise<boolean> => confirmations.ask(question);
