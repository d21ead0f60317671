import { isSecureOrigin } from './secure-origin.ts';
import type { Settings } from './settings-table.ts';

/** Combinations of the settings of mail that make no sense, as lines for operators. */
export function mailProblems(settings: Settings, nameOf: (key: keyof Settings) => string): string[] {
  const { email, passwordReset, accountUrl, smtpUrl, mailFrom } = settings;
  const problems: string[] = [];
  const [on, url] = [nameOf('email'), nameOf('accountUrl')];
  if (passwordReset && !email) {
    problems.push(`${nameOf('passwordReset')}: on without ${on}, so no link could be sent; expected ${on} on as well.`);
  }
  if (accountUrl !== undefined && !URL.canParse(accountUrl)) {
    problems.push(
      `${url}: got "${accountUrl}", which is no URL; expected one such as https://app.example.com/account.`,
    );
  } else if (accountUrl !== undefined && !isSecureOrigin(new URL(accountUrl).origin)) {
    problems.push(
      `${url}: got "${accountUrl}", where anybody on the network could read the token of a link; expected https, or http on localhost.`,
    );
  }
  if (smtpUrl !== undefined && !URL.canParse(smtpUrl)) {
    problems.push(
      `${nameOf('smtpUrl')}: got a value that is no URL; expected one such as smtps://user:password@smtp.example.com.`,
    );
  }
  if (smtpUrl !== undefined && mailFrom === undefined) {
    problems.push(
      `${nameOf('mailFrom')}: not set with ${nameOf('smtpUrl')}; expected the address that mails are sent from.`,
    );
  }
  return problems;
}

/** The library has no default for where links lead to. */
export function libraryMailProblems({ email, accountUrl }: Settings): string[] {
  if (!email || accountUrl !== undefined) return [];
  return ['accountUrl: not set with email on; expected the page of your application that links in mails lead to.'];
}

/** In production, what needs mail does not start without it. */
export function productionMailProblems({ email, accountUrl, smtpUrl }: Settings): string[] {
  if (!email) return [];
  return [
    ...(smtpUrl === undefined
      ? ['SMTP_URL: not set with EMAIL on and NODE_ENV=production; expected the server that takes mails to be sent.']
      : []),
    ...(accountUrl === undefined
      ? [
          'ACCOUNT_URL: not set with EMAIL on and NODE_ENV=production; expected the page of your application that links in mails lead to.',
        ]
      : []),
  ];
}
