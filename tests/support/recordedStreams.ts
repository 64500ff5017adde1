import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { testDataFolder } from './testData.ts';

const recordings = testDataFolder('streams');
const fixtures = path.resolve('tests/support/fixtures');

export interface RecordedStream {
  name: string;
  chunks: string[];
  /** The texts that readers must receive. */
  content: string;
  reasoning: string;
}

interface Recorded {
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null; reasoning?: string } | null;
  }[];
}

function read(folder: string): RecordedStream[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.chunks.txt'));
  return files.sort().map((file) => {
    const chunks = readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean);
    const deltas = chunks.map((chunk) => (JSON.parse(chunk) as Recorded).choices?.[0]?.delta);
    return {
      name: file.replace('.chunks.txt', ''),
      chunks,
      content: deltas.map((delta) => delta?.content ?? '').join(''),
      reasoning: deltas.map((delta) => delta?.reasoning_content ?? delta?.reasoning ?? '').join(''),
    };
  });
}

export const ownStreams = read(fixtures);
/** Recorded answers of real model servers; empty when the test data is missing. */
export const recordedStreams = recordings ? read(recordings) : [];
