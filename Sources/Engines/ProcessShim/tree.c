// The shim's descendants. The shim is their subreaper: every process of a run, however often it forks and whatever
// session it makes, is a descendant for as long as it lives, and becomes a child when its parent is gone.
#define _GNU_SOURCE
#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int open_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

bool signal_pidfd(int pidfd, int signal_number) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0;
}

static bool append(struct pid_list *list, pid_t pid) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
    pid_t *larger = realloc(list->pids, capacity * sizeof *larger);
    if (larger == NULL) return false;
    list->pids = larger;
    list->capacity = capacity;
  }
  list->pids[list->count++] = pid;
  return true;
}

// The command name in the second field may contain anything, so the last parenthesis counts.
static pid_t parent_of(pid_t pid) {
  char path[64];
  if (snprintf(path, sizeof path, "/proc/%d/stat", (int)pid) < 0) return 0;
  char *text = read_file_at(AT_FDCWD, path, NULL);
  char *end = text == NULL ? NULL : strrchr(text, ')');
  int parent = 0;
  if (end == NULL || sscanf(end, ") %*c %d", &parent) != 1) parent = 0;
  free(text);
  return parent;
}

// For kernels that keep no lists of children: reads the parent of every process.
static bool list_children_by_scan(struct pid_list *list, pid_t parent) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) return false;
  bool complete = true;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
    if (parent_of(pid) == parent && !append(list, pid)) complete = false;
  }
  return closedir(directory) == 0 && complete;
}

bool list_children(struct pid_list *list, pid_t parent) {
  char path[64];
  if (snprintf(path, sizeof path, "/proc/%d/task", (int)parent) < 0) return false;
  DIR *tasks = opendir(path);
  if (tasks == NULL) return true;  // it is gone, and its children have another parent
  bool complete = true, known = true;
  for (struct dirent *task; known && (task = readdir(tasks)) != NULL;) {
    char name[300];
    if (!isdigit((unsigned char)task->d_name[0])) continue;
    if (snprintf(name, sizeof name, "%s/children", task->d_name) < 0) continue;
    char *text = read_file_at(dirfd(tasks), name, NULL);
    if (text == NULL) {
      known = errno != ENOENT || parent != getpid();
      continue;
    }
    for (char *rest = text, *end; *rest != 0; rest = end) {
      pid_t pid = (pid_t)strtol(rest, &end, 10);
      if (end == rest) break;
      if (!append(list, pid)) complete = false;
    }
    free(text);
  }
  if (closedir(tasks) == -1) complete = false;
  return known ? complete : list_children_by_scan(list, parent);
}

bool list_descendants(struct pid_list *list) {
  bool complete = list_children(list, getpid());
  for (size_t index = 0; index < list->count; index++) {
    if (!list_children(list, list->pids[index])) complete = false;
  }
  return complete;
}

static bool is_descendant(pid_t pid) {
  for (int depth = 0; pid > 1 && depth < 4096; depth++) {
    pid = parent_of(pid);
    if (pid == getpid()) return true;
  }
  return false;
}

void signal_descendants(int signal_number) {
  struct pid_list list = {0};
  if (!list_descendants(&list)) errno = 0;  // signals those that were found; the kill finds the rest
  for (size_t index = 0; index < list.count; index++) {
    int pidfd = open_pidfd(list.pids[index]);
    if (pidfd == -1) continue;
    // Checked after the descriptor was opened, so that a reused number can't hit a stranger.
    if (is_descendant(list.pids[index]) && signal_pidfd(pidfd, signal_number) && signal_number == SIGTERM) {
      if (!signal_pidfd(pidfd, SIGCONT)) errno = 0;  // a stopped process can't see the request
    }
    if (close(pidfd) == -1) errno = 0;
  }
  free(list.pids);
}

// Kills direct children only: their numbers can't be reused before we reap them. Their children become ours next.
void kill_children(void) {
  struct pid_list list = {0};
  if (!list_children(&list, getpid())) errno = 0;
  for (size_t index = 0; index < list.count; index++) {
    if (kill(list.pids[index], SIGKILL) == -1) errno = 0;
  }
  free(list.pids);
}

static int64_t resident_of(pid_t pid) {
  char path[64];
  if (snprintf(path, sizeof path, "/proc/%d/statm", (int)pid) < 0) return 0;
  char *text = read_file_at(AT_FDCWD, path, NULL);
  long long pages = 0;
  if (text == NULL || sscanf(text, "%*d %lld", &pages) != 1) pages = 0;
  free(text);
  return pages * sysconf(_SC_PAGESIZE);
}

// A process's own memory in bytes: shared pages are divided among their users, and pages of files, which the kernel can
// reclaim at any time, don't count.
static int64_t proportional_of(pid_t pid) {
  char path[64];
  if (snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid) < 0) return 0;
  char *text = read_file_at(AT_FDCWD, path, NULL);
  if (text == NULL) return resident_of(pid);
  char anonymous[64], shared[64];
  int64_t bytes = resident_of(pid);
  if (find_line(text, "Pss_Anon:", anonymous, sizeof anonymous) && find_line(text, "Pss_Shmem:", shared, sizeof shared)) {
    bytes = (strtoll(anonymous, NULL, 10) + strtoll(shared, NULL, 10)) * 1024;
  }
  free(text);
  return bytes;
}

// The cheap sum counts shared pages once for each worker; the exact one, which walks their page tables, is computed only
// if the cheap one exceeds the limit.
bool exceeds_ram(int64_t limit) {
  struct pid_list list = {0};
  if (!list_descendants(&list)) errno = 0;
  int64_t sum = 0;
  for (size_t index = 0; index < list.count; index++) sum += resident_of(list.pids[index]);
  if (sum > limit) {
    sum = 0;
    for (size_t index = 0; index < list.count; index++) sum += proportional_of(list.pids[index]);
  }
  free(list.pids);
  return sum > limit;
}
