// GPUs of the machine, which the runs of all installations on it share.
//
// A GPU has a file whose byte K, for K below 1000, stands for a thousandth of it. A shim locks as many bytes as the run
// has of the GPU and keeps them until it ends, so that nothing has to be cleared away after a crash. Where a stretch of
// locked bytes begins, at byte K, the record K of those that follow the thousand bytes tells who holds it.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { thousandths = 1000, record_size = 512 };

static off_t record_at(int byte) { return thousandths + (off_t)byte * record_size; }

// Opens the file of a GPU, and makes it if it is missing. It is everybody's, whoever made it.
static int open_gpu(const char *directory, const char *number) {
  char path[path_size];
  int length = snprintf(path, sizeof path, "%s/berth-gpu-%s", directory, number);
  if (length < 0 || length >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  for (;;) {
    // In a directory that all may write, the kernel lets nobody open another's file with O_CREAT.
    int descriptor = open(path, flags);
    if (descriptor != -1 || errno != ENOENT) return descriptor;
    descriptor = open(path, flags | O_CREAT | O_EXCL, 0666);
    if (descriptor != -1 && fchmod(descriptor, 0666) == -1) errno = 0;
    if (descriptor != -1 || errno != EEXIST) return descriptor;
  }
}

static bool lock_bytes(int gpu, int start, int count, short type) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = count};
  return fcntl(gpu, F_OFD_SETLK, &lock) == 0;
}

// Locks any bytes that are free, and notes the holder where each stretch begins; false if there are too few.
static bool lock_share(int gpu, int share, const char record[record_size]) {
  if (share == thousandths) {
    return lock_bytes(gpu, 0, share, F_WRLCK) && pwrite(gpu, record, record_size, record_at(0)) == record_size;
  }
  bool continues = false;
  for (int byte = 0; byte < thousandths && share > 0; byte++) {
    bool locked = lock_bytes(gpu, byte, 1, F_WRLCK);
    if (locked && !continues && pwrite(gpu, record, record_size, record_at(byte)) != record_size) return false;
    continues = locked;
    share -= locked;
  }
  return share == 0;
}

// Tells who holds what is missing of a GPU.
static void describe_holder(int gpu, const char *number, char message[message_size]) {
  char holder[record_size] = "";
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = thousandths};
  bool found = lock_bytes(gpu, 0, thousandths, F_UNLCK) && fcntl(gpu, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
               pread(gpu, holder, sizeof holder - 1, record_at((int)lock.l_start)) > 0;
  int length = snprintf(message, message_size, "GPU %s of this machine is held by %s", number,
                        found && holder[0] != 0 ? holder : "another run");
  if (length < 0) message[0] = 0;
}

static bool lease_gpu(const struct spec *spec, const char *text, const char record[record_size], char message[message_size]) {
  char number[24];
  int share;
  if (sscanf(text, "%20[0-9] %d", number, &share) != 2 || share < 1 || share > thousandths) {
    snprintf(message, message_size, "the GPU \"%.40s\" of the spec can't be read", text);
    return false;
  }
  int gpu = open_gpu(spec->leases, number);
  if (gpu == -1) {
    snprintf(message, message_size, "open %.200s/berth-gpu-%s: %s", spec->leases, number, strerror(errno));
    return false;
  }
  if (lock_share(gpu, share, record)) return true;
  describe_holder(gpu, number, message);
  return false;
}

bool lease_gpus(const struct run *run, const struct spec *spec, char message[message_size]) {
  if (spec->leases == NULL) return true;
  char record[record_size] = "";
  int length = snprintf(record, sizeof record, "%.200s (run %.60s in %.200s)", spec->deployment == NULL ? "a run" : spec->deployment,
                        run->name, run->path);
  if (length < 0) return false;
  for (char **gpu = spec->gpus; *gpu != NULL; gpu++) {
    if (!lease_gpu(spec, *gpu, record, message)) return false;
  }
  return true;
}
