import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** `npm run screenshots` writes them where the documents find them; otherwise they are looked at and thrown away. */
const FOLDER = process.env['SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'simplejwt-images-'));
/** Of a hundred: texts are sharp, and a view has some 20 kB. */
const QUALITY = 55;

/** What names the browser in the pictures, whatever its version is. */
export const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

/** Takes a picture of what is in the window, as WebP; resolves to how many bytes it has. */
export async function picture(page: Page, name: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  await session.detach();
  const bytes = Buffer.from(data, 'base64');
  writeFileSync(join(FOLDER, `${name}.webp`), bytes);
  return bytes.length;
}
