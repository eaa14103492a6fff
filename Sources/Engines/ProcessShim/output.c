// The log. The run writes to the file itself, not through a pipe: nothing is copied, the last output is never lost, and
// a killed shim loses none. The cap is enforced from outside: the middle is punched out, so that the file keeps its
// beginning and its end, its offsets stay, and it takes no more than about the cap on the disk. If the filesystem can't
// punch holes, the log starts over. The shim checks about once a second, so a run can exceed the cap by what it writes
// between two checks; a log that grows fast is checked twenty times a second.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t block = 4096;

bool open_output(struct output *output, const struct run *run, int64_t cap) {
  *output = (struct output){.cap = cap, .copy = -1};
  output->descriptor = openat(run->directory, "log", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  return output->descriptor != -1;
}

bool trim_output(struct output *output) {
  struct stat status;
  if (output->cap <= 0 || fstat(output->descriptor, &status) == -1) return false;
  int64_t growth = status.st_size - output->last_size;
  output->last_size = status.st_size;
  int64_t head = output->cap / 8 / block * block;
  int64_t begin = output->dropped_until > head ? output->dropped_until : head;
  int64_t end = (status.st_size - output->cap / 2) / block * block;
  int64_t kept = status.st_size - (output->dropped_until > 0 ? output->dropped_until - head : 0);
  if (kept > output->cap && end > begin) {
    const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (fallocate(output->descriptor, mode, begin, end - begin) == 0) {
      output->dropped_until = end;
    } else if (errno == EOPNOTSUPP || errno == ENOSYS) {
      if (ftruncate(output->descriptor, 0) == 0) output->last_size = output->dropped_until = 0;
    }
  }
  return growth > output->cap / 4;
}
