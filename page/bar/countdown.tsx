interface Props {
  readonly secondsLeft: number;
  /** How many seconds the token lives in all; null if it does not say. */
  readonly lifetime: number | null;
}

/** The remaining life of a token. Screen readers do not announce changes of the role `timer`. */
export function Countdown({ secondsLeft, lifetime }: Props) {
  const share = lifetime === null ? 0 : Math.min(1, secondsLeft / lifetime);
  return (
    <>
      <p role="timer" className={secondsLeft > 0 ? 'countdown' : 'countdown expired'}>
        {secondsLeft > 0 ? `access token expires in ${clockFace(secondsLeft)}` : 'access token expired'}
      </p>
      <div className="life" style={{ inlineSize: `${share * 100}%` }} />
    </>
  );
}

/** `4:32`, or `1:04:32` for more than an hour. */
function clockFace(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const twoDigits = (count: number) => String(count).padStart(2, '0');
  const rest = twoDigits(seconds % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`;
}
