interface ImportMetaEnv {
  /** `on` where the server runs with `JWT_REFRESH_COOKIE=on`. */
  readonly VITE_COOKIE?: string;
  /** `on` where the server runs with `JWT_DPOP=optional` or `required`. */
  readonly VITE_DPOP?: string;
  /** `on` where the server runs with SECOND_FACTOR, STEP_UP and ACCOUNT_SELF_SERVICE on. */
  readonly VITE_ACCOUNT?: string;
  /** `on` where the server has `EMAIL`, `PASSWORD_RESET` and `REGISTRATION` on. */
  readonly VITE_RECOVERY?: string;
}
