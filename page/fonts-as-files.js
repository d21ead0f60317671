import { createHash } from 'node:crypto';

const FONT = /url\(["']?data:font\/(\w+);base64,([\w+/=]+)["']?\)/g;

/** Makes files of the fonts that GraphiQL has in its style sheet: of 35, a browser then loads the few whose characters are shown. */
export const fontsAsFiles = () => ({
  name: 'fonts-as-files',
  apply: 'build',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const fileOf = (kind, base64) => {
      const source = Buffer.from(base64, 'base64');
      const name = `font-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.${kind}`;
      this.emitFile({ type: 'asset', fileName: `assets/${name}`, source });
      return `url(${name})`;
    };
    for (const sheet of Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css')))
      sheet.source = String(sheet.source).replaceAll(FONT, (_url, kind, base64) => fileOf(kind, base64));
  },
});
