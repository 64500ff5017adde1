import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageAnnouncer } from '../messages/announcer.service.ts';
import type { RunningAnswer, RunningAnswerQueries } from '../messages/runningAnswers.queries.ts';

export interface RecoveryTuning {
  /** Milliseconds between two searches for the answers of nodes that died. */
  searchEveryMs: number;
}
const usualTuning: RecoveryTuning = { searchEveryMs: 5_000 };

interface Parts {
  running: RunningAnswerQueries;
  chatQueries: ChatQueries;
  announcer: MessageAnnouncer;
  recoveryTuning?: RecoveryTuning;
}

/**
 * Marks answers as interrupted whose node died, so that they can be continued: all of them when the only node starts;
 * with several nodes as soon as the lease of the dead one has run out.
 */
export class AnswerRecovery {
  #platform: Platform;
  #parts: Parts;
  #timer: NodeJS.Timeout | undefined;
  #searching: Promise<void> | undefined;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Call once at startup. Where there may be other nodes, this watches for their death until `close`. */
  async start(): Promise<void> {
    if (!this.#platform.cluster.isShared) return this.#interruptAll();
    const { searchEveryMs } = this.#parts.recoveryTuning ?? usualTuning;
    this.#timer = setInterval(() => (this.#searching ??= this.#searchAgain()), searchEveryMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#searching;
  }

  /** No other process serves this database: no answer has a writer. */
  async #interruptAll(): Promise<void> {
    const { running, chatQueries } = this.#parts;
    await this.#platform.store.tx(async () => {
      const chatIds = await running.interruptAll();
      for (const chatId of new Set(chatIds)) await chatQueries.incrementVersion(chatId);
    });
  }

  async #searchAgain(): Promise<void> {
    try {
      await this.#search();
    } catch (error) {
      this.#platform.log.warn({ err: error }, 'looking for interrupted answers failed, retrying');
    } finally {
      this.#searching = undefined;
    }
  }

  async #search(): Promise<void> {
    // The answers first: a node that starts one after this is not among them, and one that started it is alive.
    const answers = await this.#parts.running.ofOthers();
    if (answers.length === 0) return;
    const alive = await this.#platform.cluster.leases.liveNodes();
    if (!alive) return;
    for (const answer of answers) {
      if (answer.writerId === null || !alive.includes(answer.writerId)) await this.#interrupt(answer);
    }
  }

  async #interrupt(answer: RunningAnswer): Promise<void> {
    const { running, chatQueries, announcer } = this.#parts;
    const interrupted = await this.#platform.store.tx(async () => {
      const row = await running.interrupt(answer);
      if (row) await chatQueries.incrementVersion(row.chatId);
      return row;
    });
    // Another node that finds the same answer announces it.
    if (interrupted) await announcer.announce(interrupted);
  }
}
