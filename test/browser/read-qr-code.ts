import jsqr from 'jsqr';
import type { Page } from 'playwright-core';
import { shows } from './visitor.ts';

/** What a camera reads of the QR code on a page. */
export async function readQrCode(page: Page): Promise<string> {
  const code = page.getByRole('img', { name: 'QR code' });
  await shows(code);
  const picture = (await code.screenshot()).toString('base64');
  const blank = await page.context().newPage(); // the policy of the page itself loads no such image
  const { pixels, width, height } = await blank.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const data = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    return { pixels: Array.from(data), width: image.width, height: image.height };
  }, picture);
  await blank.close();
  const read = jsqr.default(Uint8ClampedArray.from(pixels), width, height);
  if (read === null) throw new Error('No QR code can be read in what is shown.');
  return read.data;
}
