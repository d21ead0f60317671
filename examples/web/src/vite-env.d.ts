interface ImportMetaEnv {
  /** `on` where the server runs with `JWT_REFRESH_COOKIE=on`. */
  readonly VITE_COOKIE?: string;
}
