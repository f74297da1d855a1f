import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface TestCounts {
  passed: number;
  /** names of failed tests, and of files and hooks that failed before their tests could run */
  failed: string[];
  /** names */
  skipped: string[];
  /** files, and the seconds their tests took */
  seconds: [string, number][];
}

/** Writes what passed, failed and was skipped, by name, to the file that ULLAGE_TEST_COUNTS names. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { message?: string }[]): void {
    const counts: TestCounts = { passed: 0, failed: [], skipped: [], seconds: [] };
    for (const module of modules) {
      counts.seconds.push([module.relativeModuleId, module.diagnostic().duration / 1000]);
      if (module.errors().length > 0) counts.failed.push(module.relativeModuleId);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) counts.failed.push(`${module.relativeModuleId} > ${suite.fullName}`);
      }
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') counts.failed.push(name);
        else counts.skipped.push(name + (result.state === 'skipped' && result.note ? ` (${result.note})` : ''));
      }
    }
    for (const error of unhandled) counts.failed.push(`unhandled error: ${error.message ?? 'without a message'}`);
    const file = process.env['ULLAGE_TEST_COUNTS'];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
