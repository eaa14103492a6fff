// The floor of launching: keeps 16 posix_spawns of /bin/true going, COUNT in all, and prints how many a second.
//
//   cc -O2 -o spawn-floor Tests/Benchmarks/spawn-floor.c && ./spawn-floor 2000
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

int main(int count, char **arguments) {
  int total = count > 1 ? atoi(arguments[1]) : 2000, begun = 0, running = 0;
  char *command[] = {"/bin/true", NULL}, *environment[] = {"PATH=/usr/bin:/bin", NULL};
  struct timespec begin, end;
  if (clock_gettime(CLOCK_MONOTONIC, &begin) == -1) return 1;
  while (begun < total || running > 0) {
    while (begun < total && running < 16) {
      pid_t pid;
      if (posix_spawn(&pid, command[0], NULL, NULL, command, environment) != 0) return 1;
      begun++;
      running++;
    }
    if (wait(NULL) == -1) return 1;
    running--;
  }
  if (clock_gettime(CLOCK_MONOTONIC, &end) == -1) return 1;
  double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
  return printf("%.0f a second\n", total / seconds) < 0;
}
