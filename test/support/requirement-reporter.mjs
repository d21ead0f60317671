import { readFileSync } from 'node:fs';

const REQUIREMENTS = JSON.parse(readFileSync(new URL('../security/requirements.json', import.meta.url), 'utf8'));

/** Prints what became of each security requirement: tests name those they show, as `S31 S32: ...`. */
export default class RequirementReporter {
  #open = [];

  onRunComplete(_contexts, { testResults }) {
    const tests = testResults.flatMap(({ testFilePath, testResults: its }) =>
      its.map(({ fullName, status }) => ({ fullName, status, file: nameOf(testFilePath) })),
    );
    const lines = Object.entries(REQUIREMENTS).map(([number, meaning]) => {
      const its = tests.filter(({ fullName }) => new RegExp(`\\bS${number}\\b`).test(fullName));
      const count = (status) => its.filter((test) => test.status === status).length;
      const result = resultOf(its.length, count('passed'), count('failed'));
      if (result !== 'passed') this.#open.push(`S${number}`);
      const files = Array.from(new Set(its.filter(({ status }) => status !== 'pending').map(({ file }) => file)));
      return row(`S${number}`, meaning, result, count('passed'), files.join(', '));
    });
    console.log(`\n${[row('', 'Requirement', 'result', 'tests', 'in'), ...lines].join('\n')}\n`);
  }

  /** What it returns makes the run fail. */
  getLastError() {
    return this.#open.length === 0 ? undefined : new Error(`Not shown: ${this.#open.join(', ')}`);
  }
}

const row = (number, meaning, result, count, files) =>
  `${number.padEnd(4)} ${meaning.padEnd(72)} ${result.padEnd(9)} ${String(count).padStart(5)}  ${files}`;

const nameOf = (path) => path.replace(/^.*\/test\//, '').replace(/\.test\.ts$/, '');

function resultOf(all, passed, failed) {
  if (failed > 0) return `${failed} failed`;
  if (passed > 0) return 'passed';
  return all > 0 ? 'skipped' : 'none';
}
