// berth-shim: the program that supervises one run of the process engine.
//
// It is C without libraries, linked statically, because its start is part of the cost of every run. The engine starts it
// and it outlives the engine; only the shim signals the processes of the run.
//
//   berth-shim run RUNS NAME      executes the run, at most once, and stays until all of it is gone
//   berth-shim settle RUNS NAME   writes an end for a run that has lost its shim, or was stopped before it began
//
// Standard output is the status pipe. The shim writes one line to it, then closes it:
//   started          the command is executing
//   over             the run has an `exit`: it began and ended, now or earlier
//   busy             another shim holds the run, and it has begun
//   prepared         (settle) nothing to settle: the run may still be launched
//   absent           no such run exists, or it was removed
//   error TEXT       nothing was executed; the same call may succeed later
//
// The directory of a run, RUNS/NAME/, mode 0700:
//   spec      what to execute; pairs of NUL-terminated texts (see spec.c). Written by the engine by rename. It names the
//             boot in which it was written.
//   lock      an open-file-description lock, held by the shim for as long as anything of the run may live
//   control   a FIFO; a byte in it wakes the shim so that it looks for `stop`
//   stop      nanoseconds of grace; written by the engine by rename
//   started   boot id, time, pids, cgroup, home (device, inode of RUNS/NAME, inode of its lock: what tells them from
//             copies); written by rename, before the command may execute
//   exit      its outcome; written by rename, once. Linked as RUNS/.ended/NAME, which wakes every watcher there.
//   log       standard output and error of the run, appended to by the run itself (see output.c for the cap)
//
// States, as a reader finds them:
//   exit exists                          ended
//   lock held                            alive, or about to be
//   started exists, lock free            lost, or interrupted if an earlier boot wrote it: only `settle` may say so, after it
//                                        has killed what is left
//   neither, spec of this boot           prepared
//   started, lock free, another home     a copy: it says nothing about the processes of the original, and is left alone
//   neither, spec of an earlier boot     interrupted: `started` is not synced, so it may have begun
//
// The races, and their answers:
// - Two shims for one run: one gets the lock. The other waits until the first has written `started` or `exit` and says
//   `busy`, or gets the lock after the first died and then finds either `started` (and settles) or nothing (and runs).
// - A late shim after the end: it finds `exit` under the lock and quits. After the removal of the run: the path is gone.
//   In between: removal deletes `spec` first and `exit` later, and a shim looks for `exit` first and `spec` last, so it
//   never finds a spec without having found an existing `exit`.
// - A reader between unlock and exit: `exit` exists before the lock is free. A reader that finds the lock free looks for
//   `exit` after that. A reader that read the lock before a shim took it and `started` after it was written reads the
//   lock once more. A reader never declares a run lost; only `settle` does, under the lock.
// - Reading the lock does not take it (F_OFD_GETLK), so a shim never mistakes a reader for another shim.
// - The child executes nothing until `started` is in place: it waits on a pipe, and a closed pipe ends it. It inherits
//   the lock's descriptor until it executes, so that the lock is not free while the child may still exist.
// - A stop while the shim begins: the engine writes `stop` first, then the FIFO; the shim opens the FIFO first, then
//   looks for `stop`. Where the FIFO has no reader, the engine starts `settle`, which waits for the lock.
// - Reused pids: the shim signals its own children, which only it can reap, or pidfds that it has checked to be its
//   descendants after opening them. `settle` uses the run's cgroup, or pidfds whose environment names the run.
// - A directory that is removed while the run lives: the shim looks for it every second and makes it again, so that
//   readers find the run, and its end, where they expect them. Until then its shim, processes and cgroup tell. The shim
//   tells by the mode among its arguments: it is `run` from when the shim begins the run until it writes the end. A shim
//   goes on for a moment after that, in which its run can be removed, and then says nothing.
// - A killed shim: PDEATHSIG kills the child that it started; `settle` kills the rest before it writes `lost`.
// - Two installations that give away one GPU: the second shim does not get its lease, and executes nothing.
// - A power cut: every boot has its id, and nothing of an earlier boot lives.
#ifndef BERTH_SHIM_H
#define BERTH_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { boot_id_size = 64, home_size = 64, path_size = 4096, message_size = 512, started_size = 4096 + 640 };

static const int64_t nanoseconds_a_second = 1000000000;
static const int64_t nanoseconds_a_millisecond = 1000000;

// One run's directory, open.
struct run {
  int runs;          // RUNS
  int directory;     // RUNS/NAME
  int lock;          // RUNS/NAME/lock
  const char *path;  // the path of RUNS
  const char *name;  // NAME
};

// Contents of `spec`. The texts point into one buffer that lives as long as the program.
struct spec {
  char **arguments;    // NULL-terminated
  char **environment;  // NULL-terminated, NAME=VALUE, secrets included
  const char *working_directory;
  const char *boot;
  const char *home;    // of the directory for which it was written; NULL: an earlier version wrote it
  const char *text;    // the whole file
  size_t size;         // of the text
  bool use_cgroup;
  int64_t stop_grace;   // nanoseconds
  int64_t max_runtime;  // nanoseconds; 0: no bound
  int64_t ram_bytes;    // 0: no bound
  int64_t cpu_milli;    // thousandths of a core; 0: no bound
  int64_t log_bytes;    // 0: no cap
  int64_t open_files;   // soft limit; 0: as it is
  char **gpus;             // NULL-terminated, each `NUMBER THOUSANDTHS`
  const char *leases;      // directory of the files that lock GPUs; NULL: they are not leased
  const char *deployment;  // name of the deployment, for those who wait for its GPUs; may be NULL
};

// Outcome of a run.
struct outcome {
  const char *word;  // exited, signaled, stopped, failedToStart, maxRuntimeExceeded, ramExceeded, lost, interrupted, abandoned
  int value;         // the status or the signal
  const char *text;  // reason for a failure to start; may be NULL
};

// The cgroup leaf of a run.
struct leaf {
  int directory;         // -1: no leaf
  char path[path_size];  // absolute, as a directory
  bool limits_ram;       // the kernel enforces the limit
  bool limits_cpu;
};

// Processes, by pid.
struct pid_list {
  pid_t *pids;
  size_t count;
  size_t capacity;
};

// files.c: small files in a directory, times, the status pipe.
int64_t monotonic_now(void);
int64_t wall_now(void);
void sleep_for(int64_t nanoseconds);
bool read_boot_id(char boot[boot_id_size]);
bool exists_at(int directory, const char *name);
// Reads a whole ordinary file and appends a NUL; NULL with errno if it can't be read, is something else, or too long. `size` may be NULL.
char *read_file_at(int directory, const char *name, size_t *size);
bool write_all(int descriptor, const char *text, size_t size);
// Writes a file by rename. With a `marker`, links the new file there, and syncs once it is in place.
bool write_bytes_at(int directory, const char *name, const char *bytes, size_t size, int marker_directory,
                    const char *marker);
bool write_file_at(int directory, const char *name, const char *text, int marker_directory, const char *marker);
// Copies the value of a line `KEY VALUE` of a text; false if there is no such line.
bool find_line(const char *text, const char *key, char *value, size_t size);
void report(const char *status, const char *text);

// runlock.c: the lock of a run.
enum lock_result { lock_taken, lock_busy, lock_failed };
bool open_run(struct run *run, const char *runs, const char *name);
enum lock_result take_lock(const struct run *run);
// Writes the device and the inodes of the run's directory and lock as a text; false with errno on failure.
bool describe_home(const struct run *run, char home[home_size]);
// Whether the directory is the one that a text describes, and no copy of it.
bool is_home(const struct run *run, const char *home);

// spec.c
enum spec_result { spec_read, spec_absent, spec_invalid };
// `secrets`: whether the values of secrets are available, and needed.
enum spec_result read_spec(const struct run *run, struct spec *spec, bool secrets);

// cgroup.c: containment by cgroup v2.
void make_leaf(struct leaf *leaf, const char *name, const struct spec *spec);
bool open_leaf(struct leaf *leaf, const char *path);
bool kill_leaf(const struct leaf *leaf);
bool leaf_is_populated(const struct leaf *leaf);
bool leaf_ran_out_of_memory(const struct leaf *leaf);
void remove_leaf(struct leaf *leaf);
void remove_leaf_named(const char *name);
// Leaves the caller's cgroup by continuing in a child. Returns only in the child, or at once if that is unnecessary or
// impossible.
void leave_callers_cgroup(void);
// Forks into a cgroup; -1 with errno on failure.
pid_t fork_into(int cgroup);

// gpus.c: GPUs of the machine.
// Takes what the spec has of them until this process ends; false with a reason that names the holder.
bool lease_gpus(const struct run *run, const struct spec *spec, char message[message_size]);

// tree.c: the shim's descendants.
bool list_children(struct pid_list *list, pid_t parent);
bool list_descendants(struct pid_list *list);
void signal_descendants(int signal_number);
void kill_children(void);
// Whether the descendants together use more than `limit` bytes of memory.
bool exceeds_ram(int64_t limit);
int open_pidfd(pid_t pid);
bool signal_pidfd(int pidfd, int signal_number);

// output.c: the log and its cap.
struct output {
  int descriptor;
  int64_t cap;
  int64_t dropped_until;  // offset of the first byte after the dropped part; 0: nothing was dropped
  int64_t last_size;
  int copy;        // the log that was made again after the run's own was removed; -1: the run's own is in place
  int64_t copied;  // number of bytes that were copied to it
};
bool open_output(struct output *output, const struct run *run, int64_t cap);
// Enforces the cap; true if the log grows so fast that it should be checked again soon.
bool trim_output(struct output *output);

// child.c: starts the command behind its gate.
struct child {
  pid_t pid;
  int gate;    // write end: a byte lets the command execute
  int result;  // read end: closed when it executes, or a step and an errno
};
bool fork_child(struct child *child, const struct spec *spec, int log, struct leaf *leaf);
// Opens the gate and waits for the command to execute. If it does not, returns false with the reason in `message`.
bool execute_child(struct child *child, const struct spec *spec, char message[message_size]);

// outcome.c
// Writes `exit` and wakes the watchers; retries until it is written or the run's directory is gone.
void write_outcome(const struct run *run, struct outcome outcome);

// restore.c: the directory of a live run that somebody removed.
// Makes it again with all that it had, if nothing is at its path. `control` is the FIFO's descriptor, which is replaced.
void restore_directory(struct run *run, const struct spec *spec, const char *started, struct output *output, int *control);
// Appends what the run has written since to a log that was made again.
void copy_output(struct output *output);

// shim_main.c
// Shows among the arguments of the process whether something of its run may be alive: as the mode `run` or `end`.
void show_run(bool is_alive);

// supervise.c
int run_mode(const char *runs, const char *name);

// settle.c
int settle_mode(const char *runs, const char *name);
// Under the lock: kills what is left of a run that has `started` and no `exit`, and writes that it is lost.
bool settle_started(const struct run *run);

#endif
