import { existsSync, readFileSync } from 'node:fs';

/**
 * `node .ci/summary.mjs FAILED_STEPS TESTS.json MORE.json…`: lists the skipped tests, then prints the summary line. A
 * test that was skipped because CIFAR-10 or Keras is missing counts as failed, because CI provides both. From the later
 * files, which are selections by name, only tests that ran count. Exits 1 if anything failed.
 */
const [failedSteps, ...reports] = process.argv.slice(2);
const [all, ...selections] = reports.map((report) => {
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  return testResults.flatMap((file) => file.assertionResults);
});
const withStatus = (tests, status) => tests.filter((test) => test.status === status).length;
const passed = withStatus([all, selections].flat(2), 'passed');
const failed = withStatus([all, selections].flat(2), 'failed');
const skipped = all.filter((test) => test.status !== 'passed' && test.status !== 'failed');
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const missingRequirements = skipped.filter((test) => /needs (CIFAR-10|Keras)/.test(test.fullName)).length;

// A test step with failed tests is counted among the failed steps, too.
const countedTwice = [all, ...selections].filter((tests) => withStatus(tests, 'failed') > 0).length;
const failures = failed + missingRequirements + Math.max(Number(failedSteps) - countedTwice, 0);
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
