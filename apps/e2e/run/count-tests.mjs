/**
 * Reads Jest's JSON report. Gives { passed, failed, skipped, notes }. A file that does not load, or that leaves servers open, fails
 * without a failing test in it; a run that executed nothing, or that ends badly without saying why, has failed as well.
 */
export function countTests({ size, exitCode, report, noSkip }) {
  const specs = report.testResults.flatMap((file) => file.assertionResults);
  const notRun = specs.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const passed = specs.filter(({ status }) => status === 'passed').length;
  const isFailed = ({ status }) => status === 'failed';
  const failedFiles = report.testResults.filter((file) => isFailed(file) && !file.assertionResults.some(isFailed));
  let failed = specs.filter(isFailed).length + failedFiles.length;
  const notes = notRun.map(({ fullName }) => `${size}: ${fullName}`);
  if (passed + failed === 0) {
    failed = 1;
    notes.push(`${size}: no test was executed`);
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    notes.push(`${size}: Jest ended with ${exitCode} although no test failed`);
  }
  return noSkip
    ? { passed, failed: failed + notRun.length, skipped: 0, notes }
    : { passed, failed, skipped: notRun.length, notes };
}
