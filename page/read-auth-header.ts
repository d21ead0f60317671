/** The header that the server wants, as it wrote it into the page: `JWT_AUTH_HEADER_NAME` and `JWT_AUTH_HEADER_TYPES`. */
export function readAuthHeader(): { readonly headerName: string; readonly scheme: string } {
  const content = document.querySelector<HTMLMetaElement>('meta[name="auth-header"]')?.content ?? '';
  const [headerName = 'Authorization', scheme = 'Bearer'] = content.split(': ');
  return { headerName, scheme };
}
