// sqlite3_config is variadic, which Swift can't call.
#ifndef BERTH_CSQLITE_SETTINGS_H
#define BERTH_CSQLITE_SETTINGS_H

extern int sqlite3_config(int option, ...);

// SQLITE_CONFIG_MEMSTATUS, 0: SQLite does not count its memory, and takes no lock for it at each allocation. Refused,
// without effect, once SQLite has been used.
static inline int berth_sqlite_stop_counting(void) { return sqlite3_config(9, 0); }

#endif
