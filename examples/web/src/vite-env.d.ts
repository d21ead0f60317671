interface ImportMetaEnv {
  /** `on` where the server runs with `JWT_REFRESH_COOKIE=on`. */
  readonly VITE_COOKIE?: string;
  /** `on` where the server has `EMAIL`, `PASSWORD_RESET` and `REGISTRATION` on. */
  readonly VITE_RECOVERY?: string;
}
