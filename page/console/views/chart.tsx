import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Hours } from './activity-view.tsx';

const HEIGHT = 120;

interface ChartProps {
  readonly kind: 'signIns' | 'refusals' | 'refreshes' | 'reuses';
  readonly title: string;
  /** The design token of its colour. */
  readonly tone: string;
  readonly hours: Hours;
}

/** Counts by the hour, on a scale of their own: there are far more refreshes than anything else. The table says the same. */
export function Chart({ kind, title, tone, hours }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const total = hours.reduce((sum, hour) => sum + hour[kind], 0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const data: uPlot.AlignedData = [hours.map(({ hour }) => Date.parse(hour) / 1000), hours.map((hour) => hour[kind])];
    let chart: uPlot | undefined;
    const draw = () => {
      chart?.destroy();
      chart = new uPlot(optionsOf(element, title, tone), data, element);
    };
    draw();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const resized = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    scheme.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [hours, kind, title, tone]);
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> <span>{total.toLocaleString('en')}</span>
      </figcaption>
      <div ref={place} className="plot" aria-hidden="true" />
    </figure>
  );
}

function optionsOf(element: HTMLElement, title: string, tone: string): uPlot.Options {
  const colourOf = (token: string) => resolved(element, token);
  const axis = { stroke: colourOf('--quiet'), grid: { stroke: colourOf('--line'), width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.8, 40] });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { points: { show: false }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most)] } },
    axes: [
      { ...axis, values: timesAt },
      { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 100_000] },
    ],
    series: [
      { value: '{MMM} {D}, {HH}:{mm}', label: 'Hour' },
      {
        label: title,
        fill: colourOf(tone),
        stroke: colourOf(tone),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      },
    ],
  };
}

/** Times as everywhere in the console, with the day where it begins. */
const timesAt: uPlot.Axis.DynamicValues = (_chart, splits, _axis, _space, step) =>
  splits.map((at, index) => {
    const time = step < 86_400 ? uPlot.fmtDate('{HH}:{mm}')(new Date(at * 1000)) : '';
    const day = dayOf(at);
    return index > 0 && dayOf(splits[index - 1] ?? 0) === day ? time : `${time}\n${day}`.trim();
  });

const dayOf = (seconds: number): string => uPlot.fmtDate('{MMM} {D}')(new Date(seconds * 1000));

/** The value of a colour of `tokens.css`, of which a canvas knows nothing, in the scheme that is on. */
function resolved(element: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
