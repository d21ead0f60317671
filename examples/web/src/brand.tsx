export function Brand() {
  return (
    <p className="brand">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1a4 4 0 0 0-4 4v2H3v8h10V7h-1V5a4 4 0 0 0-4-4Zm-2 6V5a2 2 0 1 1 4 0v2Z" />
      </svg>
      graphql-simplejwt example
    </p>
  );
}
