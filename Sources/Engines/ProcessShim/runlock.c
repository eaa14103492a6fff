// The lock of a run. It belongs to the open file description, so that the child also holds it until it executes, and it
// is free at the instant at which the last of them is gone.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool open_run(struct run *run, const char *runs, const char *name) {
  run->name = name;
  run->path = runs;
  run->lock = -1;
  run->directory = -1;
  run->runs = open(runs, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (run->runs == -1) return false;
  if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == 0) {
    errno = ENOENT;
    return false;
  }
  run->directory = openat(run->runs, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (run->directory == -1) return false;
  run->lock = openat(run->directory, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  return run->lock != -1;
}

// Waits while the holder has written neither `started` nor `exit`: it is about to write one, or about to die.
enum lock_result take_lock(const struct run *run) {
  for (;;) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(run->lock, F_OFD_SETLK, &lock) == 0) return lock_taken;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EACCES) return lock_failed;
    if (exists_at(run->directory, "exit") || exists_at(run->directory, "started")) return lock_busy;
    sleep_for(2 * nanoseconds_a_millisecond);
  }
}

bool describe_home(const struct run *run, char home[home_size]) {
  struct stat directory, lock;
  if (fstat(run->directory, &directory) == -1 || fstat(run->lock, &lock) == -1) return false;
  int length = snprintf(home, home_size, "%llu:%llu:%llu", (unsigned long long)directory.st_dev,
                        (unsigned long long)directory.st_ino, (unsigned long long)lock.st_ino);
  return length > 0 && length < home_size;
}

bool is_home(const struct run *run, const char *home) {
  char own[home_size];
  return describe_home(run, own) && strcmp(own, home) == 0;
}
