// The floors of the benchmark: `berth-bench` runs them in turn with Berth, and reads the seconds that each prints. Their
// preparations are in no figure; under callgrind, only `measured_*` is counted.
#include <string.h>
#include <time.h>

#include "floors.h"

static double now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) == -1) FAIL("there is no clock");
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char usage[] =
    "usage: berth-bench-floor events THREADS DIRECTORY\n"
    "       berth-bench-floor scan THREADS DIRECTORY DATABASE\n"
    "       berth-bench-floor insert THREADS DIRECTORY DATABASE NEW-DATABASE\n"
    "       berth-bench-floor spawns COUNT WIDTH\n"
    "       berth-bench-floor sql DATABASE STATEMENTS";

__attribute__((noinline)) size_t measured_insert(
    struct files files, int threads, struct sqlite3 *into, struct tables tables) {
  return all_events(files, threads) + insert_rows(into, tables);
}

int main(int count, char **arguments) {
  if (count < 4) FAIL("%s", usage);
  const char *what = arguments[1];
  double begin = now(CLOCK_MONOTONIC), processor = now(CLOCK_PROCESS_CPUTIME_ID);
  size_t done = 0;
  if (strcmp(what, "sql") == 0) {
    carry_out(arguments[2], arguments[3]);
  } else if (strcmp(what, "spawns") == 0) {
    spawn_all(atoi(arguments[2]), atoi(arguments[3]));
  } else if (strcmp(what, "events") == 0) {
    done = all_events(files_of(arguments[3]), atoi(arguments[2]));
  } else if (strcmp(what, "scan") == 0 && count > 4) {
    done = all_events(files_of(arguments[3]), atoi(arguments[2])) + scan_rows(arguments[4]);
  } else if (strcmp(what, "insert") == 0 && count > 5) {
    struct files files = files_of(arguments[3]);
    struct tables tables = rows_of(arguments[4]);
    struct sqlite3 *into = empty_like(arguments[4], arguments[5]);
    begin = now(CLOCK_MONOTONIC);
    processor = now(CLOCK_PROCESS_CPUTIME_ID);
    done = measured_insert(files, atoi(arguments[2]), into, tables);
  } else {
    FAIL("%s", usage);
  }
  return printf(
             "%.9f seconds, %.9f of the processor, %zu events and rows\n", now(CLOCK_MONOTONIC) - begin,
             now(CLOCK_PROCESS_CPUTIME_ID) - processor, done) < 0;
}
