// berth-shim: the program that supervises one run of the process engine.
//
// It is C without libraries, linked statically, because its start is part of the price of every run. It is started by
// the engine, outlives it, and is the only one who signals what the run consists of.
//
//   berth-shim run RUNS NAME      executes the run, at most once, and stays until all of it is gone
//   berth-shim settle RUNS NAME   gives an end to a run that has lost its shim, or was stopped before it began
//
// Standard output is the status pipe. One line is written to it, then it is closed:
//   started          the command executes
//   over             the run has an `exit`: it began and ended, now or earlier
//   busy             another shim holds the run, and it has begun
//   prepared         (settle) nothing to settle: the run may still be launched
//   absent           there is no such run, or it was removed
//   error TEXT       nothing was executed; the same call may succeed later
//
// The directory of a run, RUNS/NAME/, mode 0700:
//   spec      what to execute; pairs of NUL-terminated texts (see spec.c). Written by the engine by rename. It names the
//             boot in which it was made.
//   lock      an open-file-description lock, held by the shim for as long as anything of the run may live
//   control   a FIFO; a byte in it wakes the shim so that it looks for `stop`
//   stop      nanoseconds of grace; written by the engine by rename
//   started   boot id, time, pids, cgroup; written by rename, before the command may execute
//   exit      how it ended; written by rename, once. Linked as RUNS/.ended/NAME, which wakes whoever watches there.
//   log       standard output and error of the run, appended to by the run itself (see output.c for the cap)
//
// States, as a reader finds them:
//   exit exists                          ended
//   lock held                            alive, or about to be
//   started exists, lock free            lost: only `settle` may say so, after it has ended what is left
//   neither, spec of this boot           prepared
//   neither, spec of an earlier boot     lost: `started` is not synced, so nobody knows whether it began
//
// The races, and what answers them:
// - Two shims for one run: one gets the lock. The other waits until the first has written `started` or `exit` and says
//   `busy`, or gets the lock after the first died and then finds either `started` (and settles) or nothing (and runs).
// - A shim that comes late, after the end: it finds `exit` under the lock and quits. After the removal of the run: the
//   path is gone. Between: removing takes `spec` away first and `exit` later, and a shim looks for `exit` first and
//   `spec` last, so it never finds a spec without having found an existing `exit`.
// - A reader between unlock and exit: `exit` exists before the lock is free. A reader that finds the lock free looks for
//   `exit` after that. A reader that read the lock before a shim took it and `started` after it was written asks the
//   lock once more. That a run is lost is never the reader's word, only that of `settle`, under the lock.
// - Reading the lock does not take it (F_OFD_GETLK), so no reader makes a shim believe that it is the second.
// - The child executes nothing until `started` is in place: it waits on a pipe, and a closed pipe ends it. It inherits
//   the lock's descriptor until it executes, so that the lock is not free while it may still be there.
// - A stop that comes while the shim begins: `stop` is written first, then the FIFO; the shim opens the FIFO first, then
//   looks for `stop`. Where the FIFO has no reader, the engine starts `settle`, which waits for the lock.
// - Reused pids: the shim signals its own children, which only it can reap, or pidfds that it has checked to be its
//   descendants after it opened them. `settle` uses the run's cgroup, or pidfds whose environment names the run.
// - A killed shim: PDEATHSIG ends the child that it started; `settle` ends what else there is before it says `lost`.
// - A power cut: every boot has its id, and nothing of an earlier boot lives.
#ifndef BERTH_SHIM_H
#define BERTH_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { boot_id_size = 64, path_size = 4096, message_size = 512 };

static const int64_t nanoseconds_a_second = 1000000000;
static const int64_t nanoseconds_a_millisecond = 1000000;

// One run's directory, open.
struct run {
  int runs;          // RUNS
  int directory;     // RUNS/NAME
  int lock;          // RUNS/NAME/lock
  const char *name;  // NAME
};

// What `spec` says. The texts point into one buffer that lives as long as the program.
struct spec {
  char **arguments;    // NULL-terminated
  char **environment;  // NULL-terminated, NAME=VALUE, secrets included
  const char *working_directory;
  const char *boot;
  bool use_cgroup;
  int64_t stop_grace;   // nanoseconds
  int64_t max_runtime;  // nanoseconds; 0: no bound
  int64_t ram_bytes;    // 0: no bound
  int64_t cpu_milli;    // thousandths of a core; 0: no bound
  int64_t log_bytes;    // 0: no cap
};

// How a run ended.
struct outcome {
  const char *word;  // exited, signaled, stopped, failedToStart, maxRuntimeExceeded, ramExceeded, lost, abandoned
  int value;         // the status or the signal
  const char *text;  // why it failed to start; may be NULL
};

// The cgroup leaf of a run.
struct leaf {
  int directory;         // -1: there is none
  char path[path_size];  // absolute, as a directory
  bool limits_ram;       // the kernel keeps the limit
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
// Whole file, with a NUL after it; NULL with errno if it can't be read. `size` may be NULL.
char *read_file_at(int directory, const char *name, size_t *size);
bool write_all(int descriptor, const char *text, size_t size);
// Writes by rename. With a `marker`, links the new file there, and syncs after it is in place.
bool write_file_at(int directory, const char *name, const char *text, int marker_directory, const char *marker);
// The value of a line `KEY VALUE` of a text, copied; false: there is none.
bool find_line(const char *text, const char *key, char *value, size_t size);
void report(const char *status, const char *text);

// runlock.c: the lock of a run.
enum lock_result { lock_taken, lock_busy, lock_failed };
bool open_run(struct run *run, const char *runs, const char *name);
enum lock_result take_lock(const struct run *run);

// spec.c
enum spec_result { spec_read, spec_absent, spec_invalid };
// `secrets`: whether the values of secrets are to be had, and needed.
enum spec_result read_spec(const struct run *run, struct spec *spec, bool secrets);

// cgroup.c: containment by cgroup v2.
void make_leaf(struct leaf *leaf, const char *name, const struct spec *spec);
bool open_leaf(struct leaf *leaf, const char *path);
bool kill_leaf(const struct leaf *leaf);
bool leaf_is_populated(const struct leaf *leaf);
bool leaf_ran_out_of_memory(const struct leaf *leaf);
void remove_leaf(struct leaf *leaf);
void remove_leaf_named(const char *name);
// Leaves the caller's cgroup by going on in a child. Returns in the child only; or at once where it needs not or cannot.
void leave_callers_cgroup(void);
// Forks into a cgroup; -1 with errno.
pid_t fork_into(int cgroup);

// tree.c: the shim's descendants.
bool list_children(struct pid_list *list, pid_t parent);
bool list_descendants(struct pid_list *list);
void signal_descendants(int signal_number);
void kill_children(void);
// Whether the descendants together use more memory than so many bytes.
bool exceeds_ram(int64_t limit);
int open_pidfd(pid_t pid);
bool signal_pidfd(int pidfd, int signal_number);

// output.c: the log and its cap.
struct output {
  int descriptor;
  int64_t cap;
  int64_t dropped_until;  // offset of the first byte after what was dropped; 0: nothing was
  int64_t last_size;
};
bool open_output(struct output *output, const struct run *run, int64_t cap);
// Enforces the cap; true: the log grows so fast that it should be looked at again soon.
bool trim_output(struct output *output);

// child.c: starts the command behind its gate.
struct child {
  pid_t pid;
  int gate;    // write end: a byte lets the command execute
  int result;  // read end: closed when it executes, or a step and an errno
};
bool fork_child(struct child *child, const struct spec *spec, int log, struct leaf *leaf);
// Opens the gate and waits for the command to execute. False: `message` says why it did not.
bool execute_child(struct child *child, const struct spec *spec, char message[message_size]);

// outcome.c
// Writes `exit` and wakes who watches; tries until it is written or the run's directory is gone.
void write_outcome(const struct run *run, struct outcome outcome);

// supervise.c
int run_mode(const char *runs, const char *name);

// settle.c
int settle_mode(const char *runs, const char *name);
// Under the lock: ends what is left of a run that has `started` and no `exit`, and writes that it is lost.
bool settle_started(const struct run *run);

#endif
