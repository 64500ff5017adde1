import { chunksOf, startModelServer } from '../../support/modelServer.ts';

/** The model server: streams the same answer to every question, at an even speed. */
export interface ModelRequest {
  answer: string;
  tokensPerSecond: number;
}
export interface ModelReply {
  url: string;
}

process.once('message', ({ answer, tokensPerSecond }: ModelRequest) => {
  void startModelServer(['load-model']).then((server) => {
    const script = { chunks: chunksOf(answer), delayMs: 1_000 / tokensPerSecond };
    server.reply = () => {
      // Otherwise it would keep every question of the whole run.
      server.requests.length = 0;
      return script;
    };
    server.completion = 'A title from the model';
    process.send?.({ url: server.url } satisfies ModelReply);
  });
});
process.once('disconnect', () => process.exit());
