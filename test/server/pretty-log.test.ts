import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { createLog, logTo } from '../../src/server/log.ts';
import { prettyTo } from '../../src/server/pretty-log.ts';

/** What a terminal shows of what a log is told. */
function shown(tell: (log: ReturnType<typeof createLog>) => void, hasColors = false): string {
  let text = '';
  tell(createLog('info', prettyTo({ write: (more) => (text += more), hasColors: () => hasColors })));
  return text;
}

describe('a log on a terminal', () => {
  test('is a line a record: time, level, message, and what else is known', () => {
    const text = shown((log) => log.info({ url: 'http://127.0.0.1:4000/graphql', store: 'in a file' }, 'listening'));
    expect(text).toMatch(
      /^\d\d:\d\d:\d\d INFO {2}listening {2}url=http:\/\/127\.0\.0\.1:4000\/graphql store="in a file"\n$/,
    );
  });

  test('leaves out of a security event what is null', () => {
    const text = shown((log) => log.info({ security: { event: 'sign_in', reason: null } }, 'security event'));
    expect(text).toContain('security={"event":"sign_in"}');
  });

  test('shows an error with its stack, and controls as escapes', () => {
    const text = shown((log) => log.error({ err: new Error('no \u001b[31mred') }, 'failed'));
    expect(text).toMatch(/ERROR failed/);
    expect(text).toContain('pretty-log.test');
    expect(text).not.toContain('\u001b');
  });

  test('S50: shows what a client sent, and any message, without the controls that a terminal would obey', () => {
    const hostile = 'a\u009b31mred\u009d0;title\u0007\u007f\u202eevil\u2028line\nINFO forged';
    const text = shown((log) => {
      log.info({ userAgent: hostile, bare: 'a\u009bb', security: { client: { userAgent: hostile } } }, hostile);
    });
    expect(text.trimEnd()).not.toMatch(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
    expect(text).toContain(String.raw`bare=a\u009bb`);
  });

  test('paints warnings and errors where the terminal has colours', () => {
    expect(shown((log) => log.warn('careful'), true)).toContain('\u001b[33mWARN \u001b[0m careful');
  });
});

(process.platform === 'linux' ? describe : describe.skip)('a log on a full disk', () => {
  test('is written once there is room, and keeps no process from ending', async () => {
    const complained = jest.spyOn(console, 'error').mockImplementation(() => {});
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const stream = logTo('/dev/full');
    try {
      const log = createLog('info', stream);
      const failed = once(stream, 'error').catch(() => {});
      log.info('first');
      await failed;
      expect(complained.mock.calls).toEqual([[expect.stringMatching(/cannot be written: ENOSPC.*goes on/)]]);
      stream.flushSync();
      stream.reopen(join(folder, 'log'));
      log.info('second');
      await once(stream, 'drain');
      log.info('third');
      log.info('fourth');
      stream.flushSync();
      const logged = readFileSync(join(folder, 'log'), 'utf8');
      expect(logged).toMatch(/^\{.*"first"\}\n\{.*"second"\}\n/);
      expect(logged).toContain('fourth');
    } finally {
      stream.destroy();
      complained.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });
});
