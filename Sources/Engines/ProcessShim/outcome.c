// The file `exit`: the outcome of a run.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A full disk must not turn an end into a loss: the run keeps its room until its end can be written.
void write_outcome(const struct run *run, struct outcome outcome) {
  show_run(false);
  char reason[message_size];
  char text[message_size + 256];
  int length = snprintf(reason, sizeof reason, "%s", outcome.text == NULL ? "" : outcome.text);
  if (length < 0) reason[0] = 0;
  for (char *byte = reason; *byte != 0; byte++) {
    if ((unsigned char)*byte < 0x20) *byte = ' ';
  }
  length = snprintf(text, sizeof text, "outcome %s\nvalue %d\nat %lld\ntext %s\n", outcome.word, outcome.value,
                    (long long)wall_now(), reason);
  if (length < 0 || (size_t)length >= sizeof text) return;
  int markers = openat(run->runs, ".ended", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (!write_file_at(run->directory, "exit", text, markers, run->name)) {
    struct stat status;
    if (errno == ENOENT || fstat(run->directory, &status) == -1 || status.st_nlink == 0) break;  // the run was removed
    sleep_for(nanoseconds_a_second);
  }
  if (markers != -1 && close(markers) == -1) errno = 0;
}
