import { SettingsError } from './settings-error.ts';
import { authTable, hookTable } from './settings-table.ts';

const OPTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries(authTable).map(([option, { env }]) => [env, option]),
);

/** The same problems, where a problem names a setting by its variable: by the name that the option of the library has. */
export function namedAsOptions(error: unknown): unknown {
  if (!(error instanceof SettingsError)) return error;
  const problems = error.problems.map((problem) =>
    problem.replaceAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (name) => OPTIONS.get(name) ?? name),
  );
  return new SettingsError(problems, { cause: error.cause });
}

/**
 * Refuses a hook that is no function.
 *
 * @throws SettingsError
 */
export function expectHooks(given: Readonly<Record<string, unknown>>): void {
  const odd = Object.entries(given).filter(([, hook]) => hook !== undefined && typeof hook !== 'function');
  if (odd.length === 0) return;
  throw new SettingsError(odd.map(([name, hook]) => `${name}: got ${kindOf(hook)}, expected ${formOf(name)}.`));
}

const kindOf = (value: unknown): string => (value === null ? 'null' : `a value of type ${typeof value}`);

/** `(user) => claims`, as the table of hooks has it. */
function formOf(name: string): string {
  const { meaning = '' } = Object.entries(hookTable).find(([hook]) => hook === name)?.[1] ?? {};
  return `a function ${/`(\([^`]+)`/.exec(meaning)?.[1] ?? ''}`.trim();
}
