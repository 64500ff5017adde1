import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Instance } from './instance.ts';
import { Recorder } from './measurements.ts';
import { help, readOptions, WrongArguments, type Options } from './options.ts';
import { Crowd } from './people/crowd.ts';
import { createDispatcher, LoadPerson, type World } from './people/loadPerson.ts';
import { Streamer } from './people/streamer.ts';
import { resultOf, type Result } from './report.ts';
import { textOfResult } from './reportText.ts';

/** People who sign in at the same time. */
const signInsAtOnce = 8;

const progress = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
};

async function signInAll(people: LoadPerson[]): Promise<void> {
  const waiting = [...people];
  const signInNext = async () => {
    for (let person = waiting.shift(); person; person = waiting.shift()) await person.signIn();
  };
  await Promise.all(Array.from({ length: signInsAtOnce }, signInNext));
}

/** Lets everyone use the instance, and returns what was measured. */
async function play(instance: Instance, options: Options): Promise<Result> {
  const { minutes, warmUpSeconds, rate, streams, tokens, tokensPerSecond } = options;
  const world: World = { url: instance.url, recorder: new Recorder(), dispatcher: createDispatcher() };
  const people = Array.from({ length: options.people }, (_, number) => new LoadPerson(number, world));
  progress('signing in');
  await signInAll(people);
  const sockets = await Promise.all(people.map((person) => person.connect()));

  const durationMs = (tokens / tokensPerSecond) * 1_000;
  const answer = { text: instance.answer, durationMs };
  const streamers = people.slice(0, streams).map((person, i) => new Streamer(person, sockets[i]!, answer));
  const crowd = new Crowd(people, world, options);
  const running = [
    crowd.run(rate),
    ...streamers.map((streamer, i) => streamer.run((i / streams) * durationMs)),
  ];

  progress(`warming up for ${warmUpSeconds} s`);
  await sleep(warmUpSeconds * 1_000);
  const signIns = world.recorder.current.kinds.get('sign in')!.time.summary();
  world.recorder.restart();
  await instance.resetProbe();
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  progress(`measuring for ${minutes} minute(s)`);
  await sleep(minutes * 60_000);

  const nodes = await instance.report();
  const driverLagP99 = Number((lag.percentile(99) / 1e6).toFixed(1));
  const result = resultOf(options, world.recorder.current, nodes, { signIns, driverLagP99 });
  progress('stopping');
  await crowd.stop();
  for (const streamer of streamers) streamer.stop();
  await Promise.all(running);
  for (const socket of sockets) socket.disconnect();
  await world.dispatcher.destroy();
  return result;
}

async function run(options: Options): Promise<number> {
  const instance = new Instance(options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void instance.end().finally(() => process.exit(1)));
  try {
    await instance.start(progress);
    const result = await play(instance, options);
    progress('');
    const errors = instance.errors();
    if (errors) process.stderr.write(`\nThe server wrote:\n${errors.slice(0, 5_000)}\n`);
    process.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : textOfResult(result));
    return options.check && result.bar.some(({ met }) => met === false) ? 1 : 0;
  } finally {
    await instance.end();
  }
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options) return await run(options);
    process.stdout.write(help);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof WrongArguments ? error.message : (error as Error).stack}\n`);
    return error instanceof WrongArguments ? 2 : 1;
  }
}

process.exitCode = await main();
