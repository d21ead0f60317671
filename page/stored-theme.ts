/** Gives the page the theme that was chosen in GraphiQL, until GraphiQL itself is there and does. */
export function showStoredTheme(): void {
  const theme = storedTheme();
  if (theme === 'light' || theme === 'dark') document.body.classList.add(`graphiql-${theme}`);
}

function storedTheme(): string | null {
  try {
    return localStorage.getItem('graphiql:theme');
  } catch {
    return null; // where all storage is forbidden
  }
}
