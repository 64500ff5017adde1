import { createLog, type Logger } from '../../server/src/platform/log.ts';

type Line = Record<string, unknown>;

/** A logger whose lines can be read. */
export class LogLines {
  readonly log: Logger;
  #lines: string[] = [];
  #waiting = new Set<() => void>();

  constructor(level: string) {
    this.log = createLog(level, {
      write: (line) => {
        this.#lines.push(line);
        for (const check of this.#waiting) check();
      },
    });
  }

  get text(): string {
    return this.#lines.join('');
  }

  get all(): Line[] {
    return this.#lines.map((line) => JSON.parse(line) as Line);
  }

  /** Resolves when a line matches. */
  waitFor(matches: (line: Line) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!this.all.some(matches)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}
