// Cost of the same bytes, rows and processes in a C program.
#ifndef BERTH_FLOORS_H
#define BERTH_FLOORS_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// Prints what went wrong, and exits.
#define FAIL(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), exit(1))

// Files of a directory whose names end in .yaml.
struct files {
  char **paths;
  size_t count;
};
struct files files_of(const char *directory);

// Runs libyaml's event loop over files on a number of threads; returns the number of events.
size_t all_events(struct files files, int threads);

// Reads every column of every row that planning needs; returns the number of rows.
size_t scan_rows(const char *database);

// The rows of every table of a database, in memory.
struct table;
struct tables {
  struct table *all;
  size_t count;
};
struct tables rows_of(const char *database);
// Makes a database with the same schema and no rows, open for writing as Berth opens it.
struct sqlite3 *empty_like(const char *database, const char *path);
// Inserts all rows in one transaction; returns their number.
size_t insert_rows(struct sqlite3 *into, struct tables tables);

// Executes statements.
void carry_out(const char *database, const char *statements);

// Keeps `width` processes of /bin/true running until `count` of them have ended.
void spawn_all(int count, int width);

#endif
