import type { SVGProps } from 'react';

/** A key. */
export function TokenIcon(props: SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...props}
    >
      <circle cx="7.5" cy="16.5" r="4.5" />
      <path d="M10.7 13.3 20.5 3.5M15.5 8.5 19 12M18.5 5.5 21 8" />
    </svg>
  );
}
