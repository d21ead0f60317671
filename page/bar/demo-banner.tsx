/** In development: which account there is to try things with, as the server wrote it into the page. */
export function DemoBanner() {
  const demo = document.querySelector<HTMLMetaElement>('meta[name="demo"]')?.content ?? '';
  if (demo === '') return null;
  return (
    <p className="demo">
      Development server. Try it with the account <strong>{demo}</strong>: the first start printed its password in the
      terminal.
    </p>
  );
}
