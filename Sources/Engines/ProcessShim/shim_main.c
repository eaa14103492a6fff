// Arguments, and the process state that a supervisor needs before it does anything.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The shim has a session of its own, so that Ctrl-C and the end of a terminal do not reach it. SIGTERM keeps its default:
// a shutdown that terminates everything must leave runs as lost, which costs no retry, rather than as failed.
static bool detach(void) {
  if (setsid() == -1 && errno != EPERM) return false;  // EPERM: it already leads a session
  if (close_range(3, ~0U, 0) == -1 && errno != ENOSYS) return false;
  const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE};
  for (size_t index = 0; index < sizeof ignored / sizeof *ignored; index++) {
    if (signal(ignored[index], SIG_IGN) == SIG_ERR) return false;
  }
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || signal(SIGTERM, SIG_DFL) == SIG_ERR) return false;
  return true;
}

// The mode among the arguments, where engines look for the supervisors of runs whose directories are missing.
static char *shown_mode;

void show_run(bool is_alive) {
  if (shown_mode != NULL) memcpy(shown_mode, is_alive ? "run" : "end", 3);
}

int main(int count, char **arguments) {
  if (count != 4) {
    report("error", "usage: berth-shim run|settle RUNS NAME");
    return 64;
  }
  if (!detach()) {
    report("error", strerror(errno));
    return 1;
  }
  if (strcmp(arguments[1], "run") == 0) {
    shown_mode = arguments[1];
    show_run(false);
    return run_mode(arguments[2], arguments[3]);
  }
  if (strcmp(arguments[1], "settle") == 0) return settle_mode(arguments[2], arguments[3]);
  report("error", "unknown mode");
  return 64;
}
