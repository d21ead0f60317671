import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SettingsError } from '../../contracts/settings/settings-error.ts';
import { MAIL_KINDS } from '../../contracts/store/mail-kinds.ts';
import type { MailKind } from '../../contracts/store/store.ts';
import { ENGLISH, PLACEHOLDERS, WITH_LINK, type MailText } from './texts.ts';

/** The parts of a mail that are written. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: string;
}

/** What is filled in, by the name of its place. */
export type Values = Readonly<Record<string, string>>;

/** A text, and where there is one, its HTML; a mail without has its HTML made of the text. */
interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
}

const DEFAULT_LANGUAGE = 'en';
const PLACE = /\{\{\s*(\w*)\s*\}\}/g;

/** What mails say, by language: ours in English, and those of a folder. */
export class Templates {
  readonly #own: ReadonlyMap<string, Template>;

  private constructor(own: ReadonlyMap<string, Template>) {
    this.#own = own;
  }

  /**
   * Reads the folder, once.
   *
   * @throws SettingsError that names the file in which something is wrong
   */
  static async open(folder: string | undefined): Promise<Templates> {
    return new Templates(folder === undefined ? new Map() : await readFolder(folder));
  }

  /** Writes a mail in the language that is wanted, or in the one that is nearest to it. */
  write(kind: MailKind, wanted: string | null, values: Values): Letter {
    const tag = wanted?.toLowerCase() ?? DEFAULT_LANGUAGE;
    for (const language of [tag, tag.split('-')[0] ?? tag, DEFAULT_LANGUAGE]) {
      const template = this.#own.get(`${language}/${kind}`);
      if (template !== undefined) return written(template, language, values);
    }
    return written(ofText(ENGLISH[kind]), DEFAULT_LANGUAGE, values);
  }
}

const ofText = ({ subject, paragraphs }: MailText): Template => ({
  subject,
  text: paragraphs.join('\n\n'),
  html: null,
});

function written({ subject, text, html }: Template, language: string, values: Values): Letter {
  return {
    language,
    subject: filled(subject, values, plain),
    text: `${filled(text, values, plain).trimEnd()}\n`,
    html: html === null ? pageOf(text, language, values) : filled(html, values, escaped),
  };
}

/** A page of the paragraphs of a text. */
function pageOf(text: string, language: string, values: Values): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => {
    const isLink = paragraph.trim() === '{{link}}';
    const inner = isLink ? '<a href="{{link}}">{{link}}</a>' : escaped(paragraph.trim()).replaceAll('\n', '<br>\n');
    return `<p>${filled(inner, values, escaped)}</p>`;
  });
  return `<!doctype html>\n<html lang="${escaped(language)}">\n<head><meta charset="utf-8"></head>\n<body>\n${paragraphs.join('\n')}\n</body>\n</html>\n`;
}

const filled = (text: string, values: Values, form: (value: string) => string): string =>
  text.replaceAll(PLACE, (_, name: string) => form(values[name] ?? ''));

/** Without what could end a line, or turn what follows round. */
const plain = (value: string): string => value.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (value: string): string => value.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

async function readFolder(folder: string): Promise<Map<string, Template>> {
  const problems: string[] = [];
  const found = new Map<string, Template>();
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new SettingsError([`MAIL_TEMPLATES: cannot read the folder ${folder}: ${messageOf(error)}.`], {
      cause: error,
    });
  });
  for (const { name: language } of entries.filter((entry) => entry.isDirectory())) {
    const files = await readdir(join(folder, language));
    for (const kind of MAIL_KINDS) {
      const file = kind.replaceAll('_', '-');
      if (!files.includes(`${file}.txt`)) continue;
      const source = (await readFile(join(folder, language, `${file}.txt`), 'utf8')).replaceAll('\r\n', '\n');
      const html = files.includes(`${file}.html`)
        ? await readFile(join(folder, language, `${file}.html`), 'utf8')
        : null;
      const [, subject = '', text = ''] = /^Subject: *(.+)\n\n?([^]*)$/.exec(source) ?? [];
      problems.push(
        ...problemsOf(kind, { subject, text, html }).map((problem) => `MAIL_TEMPLATES: ${language}/${file}${problem}`),
      );
      found.set(`${language.toLowerCase()}/${kind}`, { subject, text, html });
    }
    const known = new Set(
      MAIL_KINDS.flatMap((kind) => ['txt', 'html'].map((type) => `${kind.replaceAll('_', '-')}.${type}`)),
    );
    const strange = files.filter(
      (file) => !known.has(file) || (file.endsWith('.html') && !files.includes(file.replace('.html', '.txt'))),
    );
    problems.push(
      ...strange.map(
        (file) =>
          `MAIL_TEMPLATES: ${language}/${file} is not the name of a mail; expected a .txt, or a .html beside its .txt, named after one of ${MAIL_KINDS.join(', ').replaceAll('_', '-')}.`,
      ),
    );
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return found;
}

function problemsOf(kind: MailKind, { subject, text, html }: Template): string[] {
  if (subject === '') return ['.txt: expected a first line such as "Subject: Choose a new password".'];
  const parts = [
    { type: '.txt', body: text, all: `${subject}\n${text}` },
    ...(html === null ? [] : [{ type: '.html', body: html, all: html }]),
  ];
  return parts.flatMap(({ type, body, all }) => {
    const places = Array.from(PLACEHOLDERS, (name) => `{{${name}}}`).join(', ');
    const unknown = Array.from(all.matchAll(PLACE)).filter(([, name = '']) => !PLACEHOLDERS.has(name));
    const misplaced = unknown.map(([place]) => `${type}: got ${place}, expected ${places}.`);
    const lacksLink = WITH_LINK.has(kind) && !body.includes('{{link}}');
    const linkless = lacksLink ? [`${type}: has no {{link}}, without which the mail is of no use.`] : [];
    return misplaced.concat(linkless);
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
