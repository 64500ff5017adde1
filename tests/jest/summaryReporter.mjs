import { writeSync } from 'node:fs';

/** Prints one line of counts at the end of the run. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    // A test file that cannot be loaded contains no failed test, but counts as a failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;
    // Jest prints its own summary after all reporters, so this line is printed at exit.
    process.once('exit', () => writeSync(1, line));
  }
}
