import { describe, expect, jest, test } from '@jest/globals';
import { FairQueue } from '../../../server/src/features/imports/fairQueue.ts';

/** A queue whose tasks take the time the test says, and are recorded when they start. */
function createQueue() {
  const queue = new FairQueue(1);
  const started: string[] = [];
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const run = (person: string, ms: number) =>
    queue.run(person, async () => {
      started.push(person);
      await Promise.resolve();
      now += ms;
    });
  return { run, started, wait: (ms: number) => (now += ms) };
}

describe('FairQueue', () => {
  test('the tasks of different people run in the order they came', async () => {
    const { run, started } = createQueue();
    await Promise.all(['ann', 'bob', 'cem'].map((person) => run(person, 10)));
    expect(started).toEqual(['ann', 'bob', 'cem']);
  });

  test('the person who has used the least time is served first', async () => {
    const { run, started } = createQueue();
    await run('ann', 5_000);
    await run('bob', 100);
    await Promise.all([run('dan', 1), run('ann', 1), run('bob', 1), run('cem', 1)]);
    expect(started.slice(2)).toEqual(['dan', 'cem', 'bob', 'ann']);
  });

  test('time used more than an hour ago does not count', async () => {
    const { run, started, wait } = createQueue();
    await run('ann', 5_000);
    wait(3_600_001);
    await run('bob', 100);
    await Promise.all([run('dan', 1), run('bob', 1), run('ann', 1)]);
    expect(started.slice(2)).toEqual(['dan', 'ann', 'bob']);
  });

  test('a task that fails makes room for the next', async () => {
    const { run, started } = createQueue();
    const queue = new FairQueue(1);
    await expect(queue.run('ann', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await queue.run('bob', () => run('bob', 1));
    expect(started).toEqual(['bob']);
  });
});
