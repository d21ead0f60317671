/** What is copied to the site, by paths from the root of the repository. */
export const SOURCES: readonly string[];
/** Whether a file has a page on the site. */
export function isShown(file: string): boolean;
