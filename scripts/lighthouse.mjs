// Asks Lighthouse 12 about GraphiQL's page and the console, five times each, and fails where a median is below 95. It needs the packages
// `lighthouse@12` and `chrome-launcher`, which are not among the dependencies, and Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../dist/contracts/settings/settings.js';
import { startServer } from '../dist/server/server.js';

const ROUNDS = 5;
const LEAST = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const PATHS = ['/graphql', '/console'];

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'));
const settings = settingsFromEnvironment({
  NODE_ENV: 'test',
  PORT: '0',
  DATA_DIR: folder,
  JWT_SIGNING_KEY: 'a documented test value of more than 32 characters',
});
const server = await startServer({ settings, log: pino({ level: 'silent' }) });
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'],
});
try {
  for (const path of PATHS) {
    const scores = CATEGORIES.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      const url = new URL(path, server.url).href;
      const { lhr } = await lighthouse(
        url,
        { port: chrome.port, onlyCategories: CATEGORIES, logLevel: 'error' },
        desktop(),
      );
      for (const [index, category] of CATEGORIES.entries())
        scores[index].push(Math.round(lhr.categories[category].score * 100));
      if (round === 0) for (const audit of Object.values(lhr.audits)) tell(audit);
    }
    for (const [index, category] of CATEGORIES.entries()) {
      const middle = median(scores[index]);
      console.log(`${path} ${category}: ${middle} (of ${scores[index].join(', ')})`);
      if (middle < LEAST) process.exitCode = 1;
    }
  }
} finally {
  chrome.kill();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Which audits cost points. */
function tell({ id, score, displayValue, scoreDisplayMode }) {
  if (score !== null && score < 0.9 && scoreDisplayMode !== 'informative')
    console.log(`  ${id}: ${score} ${displayValue ?? ''}`);
}

/** A computer, not a phone on a slow network: both are tools of developers and operators. */
function desktop() {
  return {
    extends: 'lighthouse:default',
    settings: {
      // It sends a paste event by script and takes it that GraphiQL's editors, which put in what is pasted themselves, refuse it.
      // test/browser/graphiql-edges pastes as a user does.
      skipAudits: ['paste-preventing-inputs'],
      formFactor: 'desktop',
      screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
      throttling: {
        rttMs: 40,
        throughputKbps: 10_240,
        cpuSlowdownMultiplier: 1,
        requestLatencyMs: 0,
        downloadThroughputKbps: 0,
        uploadThroughputKbps: 0,
      },
    },
  };
}
