#include <spawn.h>
#include <sys/wait.h>

#include "floors.h"

void spawn_all(int count, int width) {
  char *command[] = {"/bin/true", NULL}, *environment[] = {"PATH=/usr/bin:/bin", NULL};
  for (int begun = 0, running = 0; begun < count || running > 0;) {
    for (; begun < count && running < width; begun++, running++) {
      pid_t pid;
      if (posix_spawn(&pid, command[0], NULL, NULL, command, environment) != 0) FAIL("a process can't be made");
    }
    if (wait(NULL) == -1) FAIL("no process to wait for");
    running--;
  }
}
