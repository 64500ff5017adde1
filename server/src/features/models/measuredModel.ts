import type { Metrics } from '../../platform/metrics/metrics.ts';
import { ModelServerError } from './modelErrors.ts';
import type { ChatModel, ModelEvent, Prompt } from './models.contract.ts';

type Outcome = 'complete' | 'stopped' | 'failed';

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;

function countError(metrics: Metrics, error: unknown): void {
  metrics.count('modelError', { kind: error instanceof ModelServerError ? error.reason : 'other' });
}

async function* measuredStream(
  model: ChatModel,
  metrics: Metrics,
  [prompt, signal]: [Prompt, AbortSignal],
): AsyncGenerator<ModelEvent> {
  const startedAt = performance.now();
  let hasBegun = false;
  // What the reader of the events ends early, or aborts, was stopped.
  let outcome: Outcome = 'stopped';
  try {
    for await (const event of model.stream(prompt, signal)) {
      if (!hasBegun) metrics.observe('modelFirstToken', secondsSince(startedAt), {});
      hasBegun = true;
      if (event.type === 'finish') outcome = 'complete';
      yield event;
    }
  } catch (error) {
    outcome = 'failed';
    countError(metrics, error);
    throw error;
  } finally {
    metrics.observe('modelAnswer', secondsSince(startedAt), { outcome });
  }
}

async function measuredCompletion(
  complete: () => Promise<string>,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await complete();
  } catch (error) {
    if (!signal.aborted) countError(metrics, error);
    throw error;
  }
}

/** Returns the model, with the times of its answers and its errors recorded. */
export function measured(model: ChatModel, metrics: Metrics): ChatModel {
  if (!metrics.isOn) return model;
  return {
    stream: (prompt, signal) => measuredStream(model, metrics, [prompt, signal]),
    ...(model.complete && {
      complete: (prompt, signal) =>
        measuredCompletion(() => model.complete!(prompt, signal), metrics, signal),
    }),
  };
}
