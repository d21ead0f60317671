import { ASSUMED, keptFor, loadOf, OPEN_ALL_DAY, refreshesOf, usersOfOneCore, type Habits } from './simulation.ts';

const POPULATIONS = [1e6, 1e7, 1e8];
const LIFETIMES = [
  { name: '1 min', seconds: 60 },
  { name: '5 min', seconds: 300 },
  { name: '15 min', seconds: 900 },
  { name: '1 h', seconds: 3600 },
];

/** Rounded to two significant digits. */
const rounded = (value: number) => Number(value.toPrecision(2)).toLocaleString('en-US');
const millions = (value: number) => `${rounded(value / 1e6)} M`;
const gigabytes = (value: number) => rounded(value / 1e9);

/** A table as the formatter writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? name.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const kept = () =>
  table(
    ['Users', 'Sessions', 'Documents, GB', 'Keys of indexes, GB', 'The same in SQLite, GB'],
    POPULATIONS.map((population) => {
      const { users, sessions, documentBytes, indexBytes, sqliteBytes } = keptFor(population);
      return [millions(users), millions(sessions), ...[documentBytes, indexBytes, sqliteBytes].map(gigabytes)];
    }),
  );

const busiestHour = () =>
  table(
    [
      'Users',
      'Access token',
      'Refreshes',
      'Writes',
      'Reads',
      'Cores',
      'Reads, verified elsewhere',
      'Cores, verified elsewhere',
    ],
    POPULATIONS.flatMap((users) =>
      LIFETIMES.map(({ name, seconds }) => {
        const [here, elsewhere] = [loadOf(users, seconds, 'store'), loadOf(users, seconds, 'elsewhere')];
        const figures = [here.refreshes, here.writes, here.reads, here.cores, elsewhere.reads, elsewhere.cores];
        return [millions(users), name, ...figures.map(rounded)];
      }),
    ),
  );

const oneCore = () =>
  table(
    ['Access token', 'Users, requests read the store', 'Users, stateless', 'Users, verified elsewhere'],
    LIFETIMES.map(({ name, seconds }) => [
      name,
      ...(['store', 'stateless', 'elsewhere'] as const).map((place) => millions(usersOfOneCore(seconds, place))),
    ]),
  );

const refreshInterval = () =>
  table(
    [
      'Access token',
      'Refreshes of a visitor',
      'Writes, 10 M',
      'Writes, 100 M',
      'Refreshes, open all day',
      'Writes, 10 M',
      'Writes, 100 M',
    ],
    LIFETIMES.map(({ name, seconds }) => {
      const of = (habits: Habits) => [
        refreshesOf(habits, seconds),
        ...[1e7, 1e8].map((users) => loadOf(users, seconds, 'store', habits).writes),
      ];
      return [name].concat([ASSUMED, OPEN_ALL_DAY].flatMap(of).map(rounded));
    }),
  );

/** What docs/scaling.md shows, in its order. */
export const simulationTables = (): string => [kept(), busiestHour(), refreshInterval(), oneCore()].join('\n\n');
