import { openDatabase } from '../../dist/stores/sqlite/open-database.js';

/** A process that opens and closes each file it is sent, and answers `null`, or what was wrong. */
process.on('message', (file) => {
  try {
    openDatabase(file).close();
    process.send(null);
  } catch (error) {
    process.send(String(error.cause));
  }
});
process.send(null);
