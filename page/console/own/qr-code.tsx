import { useMemo } from 'react';
import { encode } from 'uqr';

interface Props {
  readonly text: string;
  /** What it is, for those who cannot see it. */
  readonly label: string;
}

/** A QR code as elements of the page: the policy allows no images of data. Dark on light in both themes, as cameras expect. */
export function QrCode({ text, label }: Props) {
  const { size, path } = useMemo(() => {
    const { data, ...code } = encode(text, { ecc: 'M', border: 4 }); // ISO/IEC 18004 wants four modules around it
    const rows = data.map((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join(''));
    return { size: code.size, path: rows.join('') };
  }, [text]);
  return (
    <svg role="img" aria-label={label} className="qr-code" viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
