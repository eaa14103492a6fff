// Writes an end for a run that nobody supervises, so that its readers never have to guess.
#define _GNU_SOURCE
#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A process that is stuck in the kernel can't be killed until it returns. The run stays alive until then; the caller
// need not wait for it.
static void answer_late(int64_t since) {
  static bool answered;
  if (answered || monotonic_now() - since < 5 * nanoseconds_a_second) return;
  answered = true;
  report("busy", NULL);
}

static void end_leaf(const char *path) {
  struct leaf leaf;
  int64_t begin = monotonic_now();
  if (open_leaf(&leaf, path)) {
    while (leaf_is_populated(&leaf)) {
      answer_late(begin);
      if (!kill_leaf(&leaf)) errno = 0;
      char events_path[path_size + 32];
      int length = snprintf(events_path, sizeof events_path, "%s/cgroup.events", path);
      int events = length < 0 ? -1 : open(events_path, O_RDONLY | O_CLOEXEC);
      struct pollfd watched = {.fd = events, .events = POLLPRI};
      if (leaf_is_populated(&leaf) && poll(&watched, 1, 20) == -1) errno = 0;
      if (events != -1 && close(events) == -1) errno = 0;
    }
  }
  remove_leaf(&leaf);
}

// Whether the environment with which a process was started names this run.
static bool belongs(pid_t pid, const char *marker) {
  char path[64];
  if (snprintf(path, sizeof path, "/proc/%d/environ", (int)pid) < 0) return false;
  size_t size;
  char *text = read_file_at(AT_FDCWD, path, &size);
  if (text == NULL) return false;
  bool found = false;
  for (char *variable = text; !found && variable < text + size; variable += strlen(variable) + 1) {
    found = strcmp(variable, marker) == 0;
  }
  free(text);
  return found;
}

// Goes over all processes once; true if one of the run was found and killed.
static bool kill_marked(const char *marker) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) return false;
  bool found = false;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
    if (pid == getpid()) continue;
    // Opens the descriptor before the check: if the number is reused in between, the signal reaches nobody.
    int pidfd = open_pidfd(pid);
    if (pidfd == -1) continue;
    if (belongs(pid, marker) && signal_pidfd(pidfd, SIGKILL)) {
      found = true;
      struct pollfd watched = {.fd = pidfd, .events = POLLIN};
      if (poll(&watched, 1, 1000) == -1) errno = 0;
    }
    if (close(pidfd) == -1) errno = 0;
  }
  if (closedir(directory) == -1) errno = 0;
  return found;
}

bool settle_started(const struct run *run) {
  char boot[boot_id_size], recorded[boot_id_size], home[home_size], cgroup[path_size];
  char *started = read_file_at(run->directory, "started", NULL);
  if (started == NULL || !read_boot_id(boot)) return false;
  bool is_this_boot = find_line(started, "boot", recorded, sizeof recorded) && strcmp(boot, recorded) == 0;
  bool has_cgroup = find_line(started, "cgroup", cgroup, sizeof cgroup) && cgroup[0] == '/';
  // Nothing of an earlier boot lives, so that a copy of its files may be settled.
  bool is_copy = is_this_boot && find_line(started, "home", home, sizeof home) && !is_home(run, home);
  free(started);
  if (is_copy) {
    errno = EXDEV;
    return false;
  }
  if (is_this_boot) {
    if (has_cgroup) end_leaf(cgroup);
    char marker[300];
    int length = snprintf(marker, sizeof marker, "BERTH_RUN=%.200s", run->name);
    if (length < 0) return false;
    int64_t begin = monotonic_now();
    while (!has_cgroup && kill_marked(marker)) answer_late(begin);
  }
  if (!is_this_boot) remove_leaf_named(run->name);
  write_outcome(run, (struct outcome){.word = is_this_boot ? "lost" : "interrupted"});
  return true;
}

int settle_mode(const char *runs, const char *name) {
  struct run run;
  if (!open_run(&run, runs, name)) {
    report(errno == ENOENT ? "absent" : "error", errno == ENOENT ? NULL : strerror(errno));
    return 0;
  }
  switch (take_lock(&run)) {
  case lock_taken: break;
  case lock_busy: report("busy", NULL); return 0;
  case lock_failed: report("error", strerror(errno)); return 1;
  }
  if (exists_at(run.directory, "exit")) {
    report("over", NULL);
    return 0;
  }
  if (exists_at(run.directory, "started")) {
    bool settled = settle_started(&run);
    report(settled ? "over" : "error", settled ? NULL : strerror(errno));
    return settled ? 0 : 1;
  }
  struct spec spec;
  char boot[boot_id_size];
  enum spec_result result = read_spec(&run, &spec, false);
  if (result == spec_absent) {
    report("absent", NULL);
    return 0;
  }
  const char *word = NULL;
  if (exists_at(run.directory, "stop")) word = "abandoned";
  // An unreadable spec, which a power cut may leave, belongs to no known boot.
  if (result == spec_invalid && spec.boot == NULL) word = "interrupted";
  if (spec.boot != NULL && read_boot_id(boot) && strcmp(boot, spec.boot) != 0) word = "interrupted";
  if (word != NULL) {
    remove_leaf_named(name);
    write_outcome(&run, (struct outcome){.word = word});
  }
  report(word != NULL ? "over" : "prepared", NULL);
  return 0;
}
