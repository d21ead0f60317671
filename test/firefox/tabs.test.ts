import { describeTabs } from '../support/tab-suite.ts';
import { launchFirefox } from './launch-firefox.ts';

describeTabs('Firefox', async () => {
  const firefox = await launchFirefox();
  return { newSession: () => firefox.createBrowserContext(), close: () => firefox.close() };
});
