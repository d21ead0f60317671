/** One or several settings are unusable; the message has a line for each. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(problems.join('\n'), options);
  }
}
