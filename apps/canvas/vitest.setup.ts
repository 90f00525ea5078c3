/* Components register their events with the document when they are imported; tests of plain functions
   beside them need no more than this. */
const page = globalThis as { window?: unknown };
page.window ??= { document: { addEventListener: () => {} } };
