import { formatHour } from './times.ts';

const HEIGHT = 48;
const STEP = 10;

interface BarChartProps {
  readonly title: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'accent';
  readonly bars: readonly { readonly hour: string; readonly count: number }[];
}

/** Counts by the hour. Each chart has its own scale, as there are far more refreshes than anything else. */
export function BarChart({ title, tone, bars }: BarChartProps) {
  const most = Math.max(...bars.map(({ count }) => count), 1);
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> <span>{total.toLocaleString('en')}</span>
      </figcaption>
      <svg viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`} preserveAspectRatio="none" className={tone}>
        {bars.map(({ hour, count }, index) => {
          const height = (count / most) * (HEIGHT - 1);
          return (
            <g key={hour}>
              <title>{`${formatHour(hour)}: ${count}`}</title>
              <rect className="hour" x={index * STEP} width={STEP} height={HEIGHT} />
              <rect x={index * STEP + 1} width={STEP - 2} y={HEIGHT - height} height={height} />
            </g>
          );
        })}
      </svg>
      <small>
        <span>{bars[0] && formatHour(bars[0].hour)}</span>{' '}
        {total > 0 && <span>at most {most.toLocaleString('en')} an hour</span>} <span>now</span>
      </small>
    </figure>
  );
}
