// Makes the directory of a live run again after somebody removed it, so that the run and its end are found where they are
// expected. Without that, the run would count as lost, and another attempt would begin beside it.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

// The directory under construction. It gets the name of the run when it is complete.
struct restoration {
  char name[300];
  int runs;
  int directory;
  int lock;
  int control;
};

static void close_if_open(int descriptor) {
  if (descriptor != -1 && close(descriptor) == -1) errno = 0;
}

static bool make_directory(struct restoration *new, const struct run *run) {
  if (mkdir(run->path, 0700) == -1 && errno != EEXIST) return false;  // the directory of the state is gone, too
  new->runs = open(run->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (new->runs == -1) return false;
  if (mkdirat(new->runs, ".ended", 0700) == -1 && errno != EEXIST) return false;
  int length = snprintf(new->name, sizeof new->name, ".restored-%s-%d-%lld", run->name, (int)getpid(),
                        (long long)monotonic_now());
  if (length < 0 || (size_t)length >= sizeof new->name) return false;
  if (mkdirat(new->runs, new->name, 0700) == -1) return false;
  new->directory = openat(new->runs, new->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return new->directory != -1;
}

// Takes the lock before anybody can see it.
static bool make_files(struct restoration *new, const struct run *run, const struct spec *spec, const char *started) {
  new->lock = openat(new->directory, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (new->lock == -1 || fcntl(new->lock, F_OFD_SETLK, &lock) == -1) return false;
  if (mkfifoat(new->directory, "control", 0600) == -1) return false;
  new->control = openat(new->directory, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (new->control == -1) return false;
  if (!write_bytes_at(new->directory, "spec", spec->text, spec->size, -1, NULL)) return false;
  const struct run as_new = {.directory = new->directory, .lock = new->lock};
  char home[home_size], text[started_size];
  const char *old_home = strstr(started, "\nhome ");
  if (old_home == NULL || !describe_home(&as_new, home)) return false;
  int length = snprintf(text, sizeof text, "%.*s\nhome %s\n", (int)(old_home - started), started, home);
  if (length < 0 || (size_t)length >= sizeof text) return false;
  if (!write_file_at(new->directory, "started", text, -1, NULL)) return false;
  return renameat2(new->runs, new->name, new->runs, run->name, RENAME_NOREPLACE) == 0;
}

// What was made so far is left to nobody.
static void give_up(struct restoration *new) {
  const char *files[] = {"lock", "control", "spec", "started"};
  for (size_t index = 0; index < sizeof files / sizeof *files && new->directory != -1; index++) {
    if (unlinkat(new->directory, files[index], 0) == -1) errno = 0;
  }
  if (new->directory != -1 && unlinkat(new->runs, new->name, AT_REMOVEDIR) == -1) errno = 0;
  close_if_open(new->runs);
  close_if_open(new->directory);
  close_if_open(new->lock);
  close_if_open(new->control);
}

void restore_directory(struct run *run, const struct spec *spec, const char *started, struct output *output, int *control) {
  char path[path_size];
  struct stat status;
  int length = snprintf(path, sizeof path, "%s/%s", run->path, run->name);
  if (length < 0 || (size_t)length >= sizeof path) return;
  if (lstat(path, &status) == 0 || errno != ENOENT) return;
  struct restoration new = {.runs = -1, .directory = -1, .lock = -1, .control = -1};
  if (!make_directory(&new, run) || !make_files(&new, run, spec, started)) {
    give_up(&new);
    return;
  }
  close_if_open(run->runs);
  close_if_open(run->directory);
  close_if_open(run->lock);
  close_if_open(*control);
  run->runs = new.runs;
  run->directory = new.directory;
  run->lock = new.lock;
  *control = new.control;
  close_if_open(output->copy);
  output->copied = 0;
  output->copy = openat(run->directory, "log", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  copy_output(output);
}

void copy_output(struct output *output) {
  if (output->copy == -1) return;
  char path[64];
  if (snprintf(path, sizeof path, "/proc/self/fd/%d", output->descriptor) < 0) return;
  int source = open(path, O_RDONLY | O_CLOEXEC);
  if (source == -1) return;
  off_t offset = (off_t)output->copied;
  while (output->cap <= 0 || offset < output->cap) {
    if (sendfile(output->copy, source, &offset, 1 << 20) <= 0) break;
  }
  output->copied = offset;
  close_if_open(source);
}
