import { describeTabs } from '../support/tab-suite.ts';
import { launchBrowser } from './visitor.ts';

describeTabs('Chromium', async () => {
  const chromium = await launchBrowser();
  return { newSession: () => chromium.newContext(), close: () => chromium.close() };
});
