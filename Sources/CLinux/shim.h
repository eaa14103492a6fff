// What Linux has and Swift's module Glibc leaves out, because it is made without _GNU_SOURCE.
#ifndef BERTH_CLINUX_H
#define BERTH_CLINUX_H

#include <fcntl.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <unistd.h>

extern int pipe2(int ends[2], int flags);

static const int berth_ofd_getlk = 36;  // F_OFD_GETLK, the kernel's number
static const int berth_ofd_setlk = 37;  // F_OFD_SETLK
static const int berth_seek_data = 3;   // SEEK_DATA
static const int berth_seek_hole = 4;   // SEEK_HOLE

#endif
