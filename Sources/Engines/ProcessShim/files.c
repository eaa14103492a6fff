// Small files in a directory, times, the status pipe.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Arguments and environment are limited by the system to much less.
static const size_t longest_file = 1 << 24;

static int64_t now_of(clockid_t source) {
  struct timespec time;
  if (clock_gettime(source, &time) == -1) abort();  // can't fail for these two clocks
  return (int64_t)time.tv_sec * nanoseconds_a_second + time.tv_nsec;
}

int64_t monotonic_now(void) { return now_of(CLOCK_MONOTONIC); }

int64_t wall_now(void) { return now_of(CLOCK_REALTIME); }

void sleep_for(int64_t nanoseconds) {
  struct timespec rest = {nanoseconds / nanoseconds_a_second, nanoseconds % nanoseconds_a_second};
  while (nanosleep(&rest, &rest) == -1 && errno == EINTR) continue;
}

bool exists_at(int directory, const char *name) { return faccessat(directory, name, F_OK, AT_EACCESS) == 0; }

// Opens an ordinary file only: whoever can write to the directory of a run could leave a link or a FIFO there.
static int open_ordinary(int directory, const char *name) {
  int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status;
  if (descriptor == -1) return -1;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
  if (close(descriptor) == 0) errno = EINVAL;
  return -1;
}

char *read_file_at(int directory, const char *name, size_t *size) {
  int descriptor = open_ordinary(directory, name);
  if (descriptor == -1) return NULL;
  size_t capacity = 4096, used = 0;
  char *text = malloc(capacity);
  while (text != NULL) {
    ssize_t got = read(descriptor, text + used, capacity - used - 1);
    if (got == -1 && errno == EINTR) continue;
    if (got == 0) break;
    if (got == -1) {
      free(text);
      text = NULL;
      break;
    }
    used += (size_t)got;
    if (used > longest_file) {
      free(text);
      text = NULL;
      errno = EFBIG;
      break;
    }
    if (used + 1 == capacity) {
      char *larger = realloc(text, capacity *= 2);
      if (larger == NULL) free(text);
      text = larger;
    }
  }
  int error = errno;
  if (close(descriptor) == -1 && text != NULL) error = errno;
  if (text == NULL) {
    errno = error;
    return NULL;
  }
  text[used] = 0;
  if (size != NULL) *size = used;
  return text;
}

bool write_all(int descriptor, const char *text, size_t size) {
  while (size > 0) {
    ssize_t written = write(descriptor, text, size);
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) return false;
    text += written;
    size -= (size_t)written;
  }
  return true;
}

// The sync comes after the rename and the marker: an fsync of the renamed inode carries its new name to the disk along
// with its bytes (its change time belongs to the same transaction), so that one commit serves both, and no watcher waits
// for the disk. A power cut before it leaves no name or an empty file: both mean that the run is lost.
bool write_file_at(int directory, const char *name, const char *text, int marker_directory, const char *marker) {
  return write_bytes_at(directory, name, text, strlen(text), marker_directory, marker);
}

// Renames a file over whatever has its name. A directory there is moved out of the way: a run must be able to end.
static bool rename_over(int directory, const char *temporary, const char *name) {
  if (renameat(directory, temporary, directory, name) == 0) return true;
  char odd[128];
  int length = snprintf(odd, sizeof odd, ".odd-%s.%d.%lld", name, (int)getpid(), (long long)monotonic_now());
  if (errno != EISDIR || length < 0 || (size_t)length >= sizeof odd) return false;
  return renameat(directory, name, directory, odd) == 0 && renameat(directory, temporary, directory, name) == 0;
}

bool write_bytes_at(int directory, const char *name, const char *bytes, size_t size, int marker_directory,
                    const char *marker) {
  char temporary[64];
  int length = snprintf(temporary, sizeof temporary, ".%s.%d", name, (int)getpid());
  if (length < 0 || (size_t)length >= sizeof temporary) return false;
  int descriptor = openat(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor == -1) return false;
  bool done = write_all(descriptor, bytes, size) && rename_over(directory, temporary, name);
  int error = errno;
  if (!done && unlinkat(directory, temporary, 0) == -1 && errno != ENOENT) error = errno;
  if (done && marker != NULL) {
    // A missing marker costs a wake-up, not the result: the shim's own end is watched too.
    if (linkat(directory, name, marker_directory, marker, 0) == -1) error = errno;
    // So does a failed sync: the file is readable, and only a power cut in the next seconds could lose it.
    if (fsync(descriptor) == -1) error = errno;
  }
  if (close(descriptor) == -1 && !done) error = errno;
  errno = error;
  return done;
}

bool read_boot_id(char boot[boot_id_size]) {
  char *text = read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", NULL);
  if (text == NULL) return false;
  size_t length = strcspn(text, "\n");
  bool fits = length > 0 && length < boot_id_size;
  if (fits) {
    memcpy(boot, text, length);
    boot[length] = 0;
  }
  free(text);
  return fits;
}

bool find_line(const char *text, const char *key, char *value, size_t size) {
  size_t key_length = strlen(key);
  for (const char *line = text; *line != 0;) {
    size_t length = strcspn(line, "\n");
    if (length > key_length && strncmp(line, key, key_length) == 0 && line[key_length] == ' ') {
      size_t value_length = length - key_length - 1;
      if (value_length >= size) return false;
      memcpy(value, line + key_length + 1, value_length);
      value[value_length] = 0;
      return true;
    }
    line += length;
    if (*line == '\n') line++;
  }
  return false;
}

// The reader of the pipe may be gone; then nobody misses the answer.
void report(const char *status, const char *text) {
  char line[message_size];
  int length = snprintf(line, sizeof line, text == NULL ? "%s\n" : "%s %s\n", status, text);
  if (length >= (int)sizeof line) length = (int)sizeof line - 1;
  if (length > 0 && !write_all(STDOUT_FILENO, line, (size_t)length)) errno = 0;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1 || dup2(null, STDOUT_FILENO) == -1) {
    if (close(STDOUT_FILENO) == -1) errno = 0;
  }
  if (null > STDERR_FILENO && close(null) == -1) errno = 0;
}
