// One run, from its lock to its end.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

// State of the loop. Times are monotonic nanoseconds; 0: none.
struct supervision {
  struct run *run;
  const struct spec *spec;
  const char *started;  // contents of the file
  struct leaf *leaf;
  struct output *output;
  pid_t child;
  int signals;         // signalfd of SIGCHLD
  int control;         // the FIFO
  int64_t ends_at;     // maxRuntime
  int64_t kills_at;    // the end of the grace
  int64_t looks_at;    // the next check of memory and log
  bool child_is_gone;  // the command itself
  bool was_killed;     // SIGKILL was sent to everything once
  int status;          // of the command, from waitpid
  const char *verdict; // reason why the shim ended it; NULL: it did not
};

static void kill_everything(struct supervision *state) {
  state->was_killed = true;
  if (!kill_leaf(state->leaf)) kill_children();
}

// Sends the request to end to every process of the run; a second request can only shorten the grace.
static void begin_stop(struct supervision *state, int64_t grace) {
  int64_t kills_at = grace > INT64_MAX - monotonic_now() ? INT64_MAX : monotonic_now() + grace;
  if (state->kills_at == 0) {
    signal_descendants(SIGTERM);
    state->kills_at = kills_at;
  } else if (kills_at < state->kills_at) {
    state->kills_at = kills_at;
  }
}

// A command that ended by itself before the shim saw the request keeps its own end.
static void look_for_stop(struct supervision *state) {
  if (state->child_is_gone) return;
  char *text = read_file_at(state->run->directory, "stop", NULL);
  if (text == NULL) return;
  char *end;
  long long grace = strtoll(text, &end, 10);
  // Without a number nobody has asked.
  if (end != text && grace >= 0) {
    if (state->verdict == NULL) state->verdict = "stopped";
    begin_stop(state, grace);
  }
  free(text);
}

// Reaps children; true if all processes of the run are gone.
static bool reap(struct supervision *state) {
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid == state->child) {
      state->child_is_gone = true;
      state->status = status;
    }
    if (pid == -1 && errno == EINTR) continue;
    if (pid == 0) return false;
    if (pid == -1) return true;
  }
}

static void act_on_time(struct supervision *state) {
  int64_t now = monotonic_now();
  if (now >= state->looks_at) {
    restore_directory(state->run, state->spec, state->started, state->output, &state->control);
    // The engine could not wake the shim of a directory that was restored, or whose FIFO was removed.
    look_for_stop(state);
    bool grows = trim_output(state->output);
    state->looks_at = now + (grows ? 50 * nanoseconds_a_millisecond : nanoseconds_a_second);
    bool samples = state->spec->ram_bytes > 0 && !state->leaf->limits_ram && !state->was_killed;
    if (samples && exceeds_ram(state->spec->ram_bytes)) {
      if (state->verdict == NULL) state->verdict = "ramExceeded";
      kill_everything(state);
    }
  }
  if (state->ends_at != 0 && now >= state->ends_at && state->kills_at == 0 && !state->was_killed) {
    state->verdict = "maxRuntimeExceeded";
    begin_stop(state, state->spec->stop_grace);
  }
  // Processes that the command leaves behind when it ends by itself are killed at once, as at the end of a container.
  bool is_left_behind = state->child_is_gone && state->kills_at == 0;
  bool grace_is_over = state->kills_at != 0 && now >= state->kills_at;
  if (is_left_behind || grace_is_over || state->was_killed) kill_everything(state);
}

static int timeout_of(const struct supervision *state) {
  int64_t next = state->looks_at;
  if (state->ends_at != 0 && state->kills_at == 0 && state->ends_at < next) next = state->ends_at;
  if (state->kills_at != 0 && !state->was_killed && state->kills_at < next) next = state->kills_at;
  int64_t rest = (next - monotonic_now() + nanoseconds_a_millisecond - 1) / nanoseconds_a_millisecond;
  if (state->was_killed && rest > 20) rest = 20;  // children forked in the meantime
  return rest < 0 ? 0 : (int)rest;
}

static void supervise(struct supervision *state) {
  look_for_stop(state);
  while (!reap(state)) {
    act_on_time(state);
    struct pollfd watched[] = {{.fd = state->signals, .events = POLLIN}, {.fd = state->control, .events = POLLIN}};
    if (poll(watched, 2, timeout_of(state)) <= 0) continue;
    char drained[512];
    if (watched[0].revents != 0 && read(state->signals, drained, sizeof(struct signalfd_siginfo)) == -1) errno = 0;
    if (watched[1].revents != 0 && read(state->control, drained, sizeof drained) > 0) {
      if (reap(state)) return;
      look_for_stop(state);
    }
  }
}

static struct outcome outcome_of(const struct supervision *state) {
  if (state->verdict != NULL) return (struct outcome){.word = state->verdict};
  if (leaf_ran_out_of_memory(state->leaf)) return (struct outcome){.word = "ramExceeded"};
  if (WIFSIGNALED(state->status)) return (struct outcome){.word = "signaled", .value = WTERMSIG(state->status)};
  return (struct outcome){.word = "exited", .value = WEXITSTATUS(state->status)};
}

// Composes the contents of `started`. The line `home` comes last, because it changes when the directory is restored.
static bool write_started(const struct run *run, const struct spec *spec, const struct leaf *leaf, pid_t child,
                          char text[started_size]) {
  char home[home_size];
  const char *ram = leaf->limits_ram ? "cgroup" : spec->ram_bytes > 0 ? "sampled" : "none";
  if (!describe_home(run, home)) return false;
  int length = snprintf(text, started_size, "boot %s\nat %lld\nshim %d\nchild %d\ncgroup %s\nram %s\ncpu %s\nhome %s\n", spec->boot,
                        (long long)wall_now(), (int)getpid(), (int)child, leaf->directory == -1 ? "-" : leaf->path, ram,
                        leaf->limits_cpu ? "cgroup" : "none", home);
  return length > 0 && length < started_size && write_file_at(run->directory, "started", text, -1, NULL);
}

// Answers that nothing of the run was executed by this process, and returns its exit status.
static int decline(const char *word, const char *text, int status) {
  show_run(false);
  report(word, text);
  return status;
}

static int refuse(const char *what) {
  char text[message_size];
  int length = snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
  return decline("error", length > 0 ? text : what, 1);
}

static int end_before_start(const struct run *run, struct outcome outcome) {
  write_outcome(run, outcome);
  report("over", NULL);
  return 0;
}

static int execute(struct run *run, const struct spec *spec, int control) {
  sigset_t child_signals;
  if (sigemptyset(&child_signals) == -1 || sigaddset(&child_signals, SIGCHLD) == -1) return refuse("signals");
  if (sigprocmask(SIG_BLOCK, &child_signals, NULL) == -1) return refuse("signals");
  int signals = signalfd(-1, &child_signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals == -1) return refuse("signalfd");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) return refuse("subreaper");
  char holder[message_size] = "";
  if (!lease_gpus(run, spec, holder)) return decline("error", holder, 1);
  struct output output;
  if (!open_output(&output, run, spec->log_bytes)) return refuse("log");
  struct leaf leaf;
  make_leaf(&leaf, run->name, spec);
  struct child child;
  if (!fork_child(&child, spec, output.descriptor, &leaf)) {
    int error = errno;
    remove_leaf(&leaf);
    errno = error;
    return refuse("fork");
  }
  char started[started_size];
  if (!write_started(run, spec, &leaf, child.pid, started)) {
    int error = errno;
    if (close(child.gate) == -1 || waitpid(child.pid, NULL, 0) == -1) errno = 0;  // the gate, closed unopened, ends it
    remove_leaf(&leaf);
    errno = error;
    return refuse("started");
  }
  char message[message_size];
  if (!execute_child(&child, spec, message)) {
    if (waitpid(child.pid, NULL, 0) == -1) errno = 0;
    remove_leaf(&leaf);
    return end_before_start(run, (struct outcome){.word = "failedToStart", .text = message});
  }
  report("started", NULL);
  int64_t now = monotonic_now();
  bool is_bounded = spec->max_runtime > 0 && spec->max_runtime < INT64_MAX - now;
  struct supervision state = {
      .run = run, .spec = spec, .started = started, .leaf = &leaf, .output = &output, .child = child.pid, .signals = signals,
      .control = control, .ends_at = is_bounded ? now + spec->max_runtime : 0, .looks_at = now + nanoseconds_a_second};
  supervise(&state);
  if (trim_output(&output)) errno = 0;
  restore_directory(run, spec, started, &output, &state.control);
  copy_output(&output);
  struct outcome outcome = outcome_of(&state);
  remove_leaf(&leaf);
  write_outcome(run, outcome);
  return 0;
}

int run_mode(const char *runs, const char *name) {
  leave_callers_cgroup();
  struct run run;
  if (!open_run(&run, runs, name)) {
    if (errno != ENOENT) return refuse("run");
    report("absent", NULL);
    return 0;
  }
  switch (take_lock(&run)) {
  case lock_taken: break;
  case lock_busy: report("busy", NULL); return 0;
  case lock_failed: return refuse("lock");
  }
  if (exists_at(run.directory, "exit")) {
    report("over", NULL);
    return 0;
  }
  if (exists_at(run.directory, "started")) {
    if (!settle_started(&run)) return refuse("started");
    report("over", NULL);
    return 0;
  }
  // From here on it may execute, wherever its directory goes.
  show_run(true);
  int control = openat(run.directory, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct spec spec;
  char boot[boot_id_size];
  switch (read_spec(&run, &spec, true)) {
  case spec_read: break;
  case spec_absent: return decline("absent", NULL, 0);
  case spec_invalid: return decline("error", "the spec can't be read", 1);
  }
  if (control == -1) return refuse("control");
  if (!read_boot_id(boot)) return refuse("boot id");
  // A copy of the state must not execute what the original does.
  bool is_copy = spec.home != NULL && !is_home(&run, spec.home);
  if (is_copy || strcmp(boot, spec.boot) != 0) {
    return end_before_start(&run, (struct outcome){.word = is_copy ? "lost" : "interrupted"});
  }
  if (exists_at(run.directory, "stop")) return end_before_start(&run, (struct outcome){.word = "abandoned"});
  return execute(&run, &spec, control);
}
