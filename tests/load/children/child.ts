import { fork } from 'node:child_process';

/** A helper process, apart from the server and from the people, so that neither slows the other down more than a network would. */
export interface Child<Request, Reply> {
  request(message: Request): Promise<Reply>;
  end(): void;
}

/** Starts `children/<name>.ts`, which replies to every message it gets, in order. */
export function startChild<Request extends object, Reply>(name: string): Child<Request, Reply> {
  const child = fork(new URL(`${name}.ts`, import.meta.url), { execArgv: ['--import', 'tsx'] });
  return {
    request: (message) =>
      new Promise<Reply>((resolve, reject) => {
        const onExit = () => reject(new Error(`The process ${name} has ended.`));
        child.once('exit', onExit);
        child.once('message', (reply) => {
          child.off('exit', onExit);
          resolve(reply as Reply);
        });
        child.send(message);
      }),
    end: () => child.kill('SIGKILL'),
  };
}
