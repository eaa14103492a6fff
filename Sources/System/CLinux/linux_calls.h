// Linux calls that Swift's module Glibc lacks, because it is built without _GNU_SOURCE.
#ifndef BERTH_CLINUX_H
#define BERTH_CLINUX_H

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

extern int pipe2(int ends[2], int flags);

static const int berth_ofd_getlk = 36;  // F_OFD_GETLK, the kernel's number
static const int berth_ofd_setlk = 37;  // F_OFD_SETLK
static const int berth_path_only = 010000000;  // O_PATH
static const int berth_seek_data = 3;   // SEEK_DATA
static const int berth_seek_hole = 4;   // SEEK_HOLE

/// Makes the allocator of this thread take a number of bytes from the system at once, for the next allocations. By itself,
/// on a thread other than the first, it asks for a page or two at a time, and each time all threads wait for one another.
/// To have an effect, `bytes` must be below the size that the allocator returns to the system at once, 128 KiB.
static inline void berth_anticipate_allocations(size_t bytes) {
  void *room = malloc(bytes);
  // Keeps the compiler from removing the pair of calls.
  __asm__ volatile("" : : "r"(room) : "memory");
  free(room);
}

#endif
