import { settingsFromEnvironment } from './settings.ts';
import { authTable, serverTable } from './settings-table.ts';

const table = { ...authTable, ...serverTable };

/** One setting as the command line shows it. */
export interface ShownSetting {
  readonly name: string;
  /** As it is written in the environment, or null where it has its default. */
  readonly given: string | null;
  /** The default, as it would be written. */
  readonly default: string | number | boolean | null;
  /** What the program works with: durations in seconds. */
  readonly value: string | number | boolean | null;
  readonly meaning: string;
}

/**
 * All settings in force, secrets masked.
 *
 * @throws SettingsError as `settingsFromEnvironment`
 */
export function showSettings(environment: Readonly<Record<string, string | undefined>>): ShownSetting[] {
  const settings = settingsFromEnvironment(environment);
  return (Object.keys(table) as (keyof typeof table)[]).map((key) => {
    const { env: name, meaning, default: standard } = table[key];
    const mask = (value: string | null) => ('secret' in table[key] && value !== null ? '********' : value);
    const value = settings[key] === Infinity ? 'none' : (settings[key] ?? null);
    const shownValue = typeof value === 'object' && value !== null ? textOf(value) : value;
    return {
      name,
      given: mask(environment[name] || null),
      default: (standard as ShownSetting['default'] | undefined) ?? null,
      value: 'secret' in table[key] ? mask(shownValue as string | null) : shownValue,
      meaning,
    };
  });
}

const textOf = (value: object): string => (Array.isArray(value) ? value.join(',') : JSON.stringify(value));
