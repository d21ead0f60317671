/** The keys of an index, in their order. */
type IndexKeys = Readonly<Record<string, unknown>>;

/** What a command looks for. */
export interface Query {
  readonly collection: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly sort: Readonly<Record<string, unknown>>;
}

const EQUALITIES = ['$eq', '$in'];
const RANGES = ['$gt', '$gte', '$lt', '$lte'];

const operatorsOf = (value: unknown): string[] => {
  if (value === null || typeof value !== 'object' || value instanceof Date) return ['$eq'];
  return Object.keys(value);
};

/**
 * Whether an index finds what a query is about without reading a whole collection or sorting what it read: its first
 * keys are compared for equality; the next are those of the order, all ascending or all the other way round; with no
 * order, a range of the next will do. An index that gives the order alone serves where all that is read is answered.
 */
export function serves(index: IndexKeys, { filter, sort }: Omit<Query, 'collection'>): boolean {
  const has = (field: string, operators: readonly string[]) =>
    field in filter && operatorsOf(filter[field]).some((operator) => operators.includes(operator));
  const keys = Object.keys(index);
  const order = Object.keys(sort);
  const prefix = keys.findIndex((field) => !has(field, EQUALITIES));
  const equal = prefix === -1 ? keys.length : prefix;
  if (order.length === 0) return equal > 0 || has(keys[0] ?? '', RANGES);
  const turns = new Set(order.map((field) => Number(index[field]) * Number(sort[field])));
  const isInOrder = order.every((field, place) => keys[equal + place] === field) && turns.size === 1;
  const others = Object.keys(filter).filter((field) => !keys.slice(0, equal).includes(field) && field !== '$or');
  return isInOrder && (equal > 0 || others.every((field) => field === order[0]));
}
