// Containment by cgroup v2, if one is writable: a directory `berth` at the root of the hierarchy, in it one leaf for each
// run, and the leaf `supervisors` for the shims. They are outside the cgroup of Berth's caller, so that the end of a CI
// job or the restart of a service kills neither shims nor runs. Controllers are used if the root delegates them; the
// root's own settings are left alone.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool is_version_2(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

// Looks in the usual directories first: the mount table is long on machines with many containers.
static bool find_root(char root[path_size]) {
  const char *usual[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
  for (size_t index = 0; index < sizeof usual / sizeof *usual; index++) {
    if (is_version_2(usual[index])) return snprintf(root, path_size, "%s", usual[index]) > 0;
  }
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  if (mounts == NULL) return false;
  char *line = NULL;
  size_t capacity = 0;
  bool found = false;
  while (!found && getline(&line, &capacity, mounts) > 0) {
    char place[path_size];
    if (strstr(line, " - cgroup2 ") == NULL) continue;
    found = sscanf(line, "%*d %*d %*s %*s %4095s", place) == 1 && is_version_2(place) &&
            snprintf(root, path_size, "%s", place) > 0;
  }
  free(line);
  if (fclose(mounts) != 0) errno = 0;
  return found;
}

// Writes a control file. A refusal is an answer, not an error: the kernel lacks the feature.
static bool write_control(int directory, const char *name, const char *value) {
  int descriptor = openat(directory, name, O_WRONLY | O_CLOEXEC);
  if (descriptor == -1) return false;
  bool written = write_all(descriptor, value, strlen(value));
  return close(descriptor) == 0 && written;
}

static bool path_of(char path[path_size], const char *root, const char *name) {
  int length = snprintf(path, path_size, "%s/berth/%s", root, name);
  return length > 0 && length < path_size;
}

// Opens `berth/NAME` and makes it if necessary; -1 if no cgroup is available.
static int make_group(const char *name, char path[path_size]) {
  char root[path_size - 256], parent[path_size];
  char found[path_size];
  if (!find_root(found) || strlen(found) >= sizeof root) return -1;
  memcpy(root, found, strlen(found) + 1);
  if (!path_of(path, root, name)) return -1;
  if (mkdir(path, 0755) == -1 && errno == ENOENT) {
    int length = snprintf(parent, sizeof parent, "%s/berth", root);
    if (length < 0 || (mkdir(parent, 0755) == -1 && errno != EEXIST)) return -1;
    int directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory == -1) return -1;
    // One write each: a missing controller must not cost the other.
    if (!write_control(directory, "cgroup.subtree_control", "+memory")) errno = 0;
    if (!write_control(directory, "cgroup.subtree_control", "+cpu")) errno = 0;
    if (close(directory) == -1) return -1;
    if (mkdir(path, 0755) == -1 && errno != EEXIST) return -1;
  } else if (errno != EEXIST && !is_version_2(path)) {
    return -1;
  }
  return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void make_leaf(struct leaf *leaf, const char *name, const struct spec *spec) {
  *leaf = (struct leaf){.directory = -1};
  if (!spec->use_cgroup) return;
  errno = 0;
  leaf->directory = make_group(name, leaf->path);
  if (leaf->directory == -1) return;
  char value[64];
  if (spec->ram_bytes > 0 && snprintf(value, sizeof value, "%lld", (long long)spec->ram_bytes) > 0) {
    leaf->limits_ram = write_control(leaf->directory, "memory.max", value);
    if (leaf->limits_ram && !write_control(leaf->directory, "memory.oom.group", "1")) errno = 0;
  }
  const int period = 100000;  // microseconds, the kernel's own default
  if (spec->cpu_milli > 0 &&
      snprintf(value, sizeof value, "%lld %d", (long long)spec->cpu_milli * period / 1000, period) > 0) {
    leaf->limits_cpu = write_control(leaf->directory, "cpu.max", value);
  }
}

bool open_leaf(struct leaf *leaf, const char *path) {
  *leaf = (struct leaf){.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  int length = snprintf(leaf->path, sizeof leaf->path, "%s", path);
  return leaf->directory != -1 && length > 0 && is_version_2(path);
}

bool kill_leaf(const struct leaf *leaf) {
  return leaf->directory != -1 && write_control(leaf->directory, "cgroup.kill", "1");
}

bool leaf_is_populated(const struct leaf *leaf) {
  char value[16];
  char *events = read_file_at(leaf->directory, "cgroup.events", NULL);
  bool populated = events != NULL && find_line(events, "populated", value, sizeof value) && strcmp(value, "0") != 0;
  free(events);
  return populated;
}

bool leaf_ran_out_of_memory(const struct leaf *leaf) {
  if (leaf->directory == -1 || !leaf->limits_ram) return false;
  char value[32];
  char *events = read_file_at(leaf->directory, "memory.events", NULL);
  bool killed = events != NULL && find_line(events, "oom_kill", value, sizeof value) && strcmp(value, "0") != 0;
  free(events);
  return killed;
}

// Retries, because the kernel releases the last process a moment after it was reaped.
void remove_leaf(struct leaf *leaf) {
  if (leaf->directory == -1) return;
  if (close(leaf->directory) == -1) errno = 0;
  leaf->directory = -1;
  for (int attempt = 0; attempt < 50; attempt++) {
    if (rmdir(leaf->path) == 0 || errno != EBUSY) return;
    sleep_for(nanoseconds_a_millisecond);
  }
}

void remove_leaf_named(const char *name) {
  char root[path_size], path[path_size];
  if (!find_root(root) || strlen(root) + strlen(name) + 16 > path_size || !path_of(path, root, name)) return;
  if (rmdir(path) == -1) errno = 0;  // as a rule there is none
}

pid_t fork_into(int cgroup) {
  struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)cgroup};
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

void leave_callers_cgroup(void) {
  char *text = read_file_at(AT_FDCWD, "/proc/self/cgroup", NULL);
  const char *own = text == NULL ? NULL : strstr(text, "0::");
  bool stays = own == NULL || strncmp(own, "0::/\n", 5) == 0 || strncmp(own, "0::/berth/", 10) == 0;
  free(text);
  if (stays) return;
  char path[path_size];
  errno = 0;
  int group = make_group("supervisors", path);
  if (group == -1) return;
  // Forks a child into it, because moving a process takes a lock that all forks of the machine wait for.
  pid_t child = fork_into(group);
  if (child > 0) _exit(0);
  if (close(group) == -1) errno = 0;
  if (child == 0 && setsid() == -1) errno = 0;
}
