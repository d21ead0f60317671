/** Prints what docs/scaling.md shows: `npm run bench:simulate`. */
import { simulationTables } from './simulation-tables.ts';

console.log(simulationTables());
