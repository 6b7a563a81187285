import { existsSync, readFileSync } from 'node:fs';

/**
 * `node .ci/summary.mjs TESTS.json FAILED_STEPS`: lists the tests that were skipped, then prints the one line that counts.
 * A test that was skipped for want of data or Keras has failed: here is both. Exits 1 where anything failed.
 */
const [report, failedSteps] = process.argv.slice(2);
const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
const tests = testResults.flatMap((file) => file.assertionResults);
const passed = tests.filter((test) => test.status === 'passed').length;
const failed = tests.filter((test) => test.status === 'failed').length;
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const wanting = skipped.filter((test) => /needs (CIFAR-10|Keras)/.test(test.fullName)).length;

// The test step itself is among the failed steps where one of its tests failed.
const failures = failed + wanting + Math.max(Number(failedSteps) - Math.min(failed, 1), 0);
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
