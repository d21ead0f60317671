/** What is copied to the site: pages, and what they link to. */
export const SOURCES = ['.', 'docs', 'examples', 'bench', 'deploy'];
const SHOWN = /(?:\.(?:md|webp|[jt]s|tsx|mjs|graphql|yaml|json|conf|service|swift|kt|dart)|^[^.]+|\/[^.]+)$/;
const NOT_SHOWN = /(?:^|\/)(?:node_modules|dist|generated|contestants|package-lock\.json)(?:\/|$)|^\./;

/** Whether a file, by its path from the root of the repository, has a page on the site. */
export const isShown = (file) => SHOWN.test(file) && !NOT_SHOWN.test(file);
