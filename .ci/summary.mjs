import { existsSync, readFileSync } from 'node:fs';

/**
 * `node .ci/summary.mjs FAILED_STEPS TESTS.json MORE.json…`: lists the tests that were skipped, then prints the one line that
 * counts. A test that was skipped for want of data or Keras has failed: here is both. Of the later files only those tests
 * count that ran: they are a part of all, chosen by name. Exits 1 where anything failed.
 */
const [failedSteps, ...reports] = process.argv.slice(2);
const [all, ...chosen] = reports.map((report) => {
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  return testResults.flatMap((file) => file.assertionResults);
});
const withStatus = (tests, status) => tests.filter((test) => test.status === status).length;
const passed = withStatus([all, chosen].flat(2), 'passed');
const failed = withStatus([all, chosen].flat(2), 'failed');
const skipped = all.filter((test) => test.status !== 'passed' && test.status !== 'failed');
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const wanting = skipped.filter((test) => /needs (CIFAR-10|Keras)/.test(test.fullName)).length;

// A step of tests is itself among the failed ones where one of its tests failed.
const told = [all, ...chosen].filter((tests) => withStatus(tests, 'failed') > 0).length;
const failures = failed + wanting + Math.max(Number(failedSteps) - told, 0);
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
