import { writeSync } from 'node:fs';

/** Ends the run with one line of numbers, for people and for machines. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    // A test file that cannot even be loaded has no failed test in it, but is a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;
    // Jest's own summary comes after every reporter; the exit comes after that.
    process.once('exit', () => writeSync(1, line));
  }
}
