// The child: forked into the run's cgroup if there is one, it waits at its gate and then becomes the command.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// The child's report when it can't execute.
struct failure {
  int step;  // 0: the setup, 1: the working directory, 2: the command
  int error;
};

static _Noreturn void fail(int result, int step) {
  struct failure failure = {step, errno};
  if (!write_all(result, (const char *)&failure, sizeof failure)) _exit(126);
  _exit(127);
}

static bool reset_signals(void) {
  for (int number = 1; number < SIGRTMIN; number++) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (signal(number, SIG_DFL) == SIG_ERR && errno != EINVAL) return false;
  }
  sigset_t none;
  return sigemptyset(&none) == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

// Berth has raised its own limit. A program that uses select(2) relies on the usual one.
static bool limit_open_files(int64_t number) {
  struct rlimit limit;
  if (number == 0) return true;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return false;
  if ((rlim_t)number < limit.rlim_max) limit.rlim_cur = (rlim_t)number;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static _Noreturn void become(const struct spec *spec, int log, pid_t shim, int gate, int result) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) fail(result, 0);
  if (getppid() != shim) _exit(126);  // the shim died before PDEATHSIG was set
  if (setsid() == -1 || !reset_signals()) fail(result, 0);
  if (dup2(log, STDOUT_FILENO) == -1 || dup2(log, STDERR_FILENO) == -1) fail(result, 0);
  char token;
  ssize_t got;
  while ((got = read(gate, &token, 1)) == -1 && errno == EINTR) continue;
  if (got != 1) _exit(126);  // the shim gave up, or died
  if (spec->working_directory != NULL && chdir(spec->working_directory) == -1) fail(result, 1);
  if (!limit_open_files(spec->open_files)) fail(result, 0);
  environ = spec->environment;  // execvp searches its PATH
  execvp(spec->arguments[0], spec->arguments);
  fail(result, 2);
}

bool fork_child(struct child *child, const struct spec *spec, int log, struct leaf *leaf) {
  int gate[2], result[2];
  if (pipe2(gate, O_CLOEXEC) == -1) return false;
  if (pipe2(result, O_CLOEXEC) == -1) return false;
  pid_t shim = getpid();
  pid_t pid = -1;
  if (leaf->directory != -1) {
    pid = fork_into(leaf->directory);
    if (pid == -1) remove_leaf(leaf);  // an old kernel, or no permission to fork into it: the tree contains the run
  }
  if (leaf->directory == -1) pid = fork();
  if (pid == 0) {
    if (close(gate[1]) == -1 || close(result[0]) == -1) _exit(126);
    become(spec, log, shim, gate[0], result[1]);
  }
  *child = (struct child){pid, gate[1], result[0]};
  return close(gate[0]) == 0 && close(result[1]) == 0 && pid > 0;
}

bool execute_child(struct child *child, const struct spec *spec, char message[message_size]) {
  if (!write_all(child->gate, "", 1)) errno = 0;  // a child that is already gone tells by its result
  struct failure failure;
  ssize_t got;
  while ((got = read(child->result, &failure, sizeof failure)) == -1 && errno == EINTR) continue;
  if (close(child->gate) == -1 || close(child->result) == -1) errno = 0;
  if (got != (ssize_t)sizeof failure) return true;
  const char *subject = failure.step == 2   ? spec->arguments[0]
                        : failure.step == 1 ? spec->working_directory
                                            : "the child";
  int length = snprintf(message, message_size, "%.400s: %s", subject, strerror(failure.error));
  if (length < 0) message[0] = 0;
  return false;
}
