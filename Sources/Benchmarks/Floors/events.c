#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <yaml.h>

#include "floors.h"

static int by_name(const void *left, const void *right) { return strcmp(*(char **)left, *(char **)right); }

struct files files_of(const char *directory) {
  struct files files = {NULL, 0};
  DIR *open = opendir(directory);
  if (!open) FAIL("%s can't be read", directory);
  for (struct dirent *entry; (entry = readdir(open));) {
    size_t length = strlen(entry->d_name);
    if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0) continue;
    if ((files.count & (files.count - 1)) == 0) {
      files.paths = realloc(files.paths, (files.count ? 2 * files.count : 1) * sizeof *files.paths);
      if (!files.paths) FAIL("out of memory");
    }
    if (asprintf(&files.paths[files.count++], "%s/%s", directory, entry->d_name) < 0) FAIL("out of memory");
  }
  closedir(open);
  if (files.count) qsort(files.paths, files.count, sizeof *files.paths, by_name);
  return files;
}

static size_t events_of(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) FAIL("%s can't be opened", path);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *text = malloc((size_t)size + 1);
  if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) FAIL("%s can't be read", path);
  fclose(file);
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) FAIL("out of memory");
  yaml_parser_set_input_string(&parser, text, (size_t)size);
  size_t events = 0;
  for (int done = 0; !done; events++) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) FAIL("%s is not YAML", path);
    done = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  free(text);
  return events;
}

struct share {
  struct files files;
  atomic_size_t next, events;
};

static void *take_files(void *argument) {
  struct share *share = argument;
  for (size_t i; (i = atomic_fetch_add(&share->next, 1)) < share->files.count;)
    atomic_fetch_add(&share->events, events_of(share->files.paths[i]));
  return NULL;
}

size_t all_events(struct files files, int threads) {
  struct share share = {files, 0, 0};
  pthread_t others[64];
  if (threads > 64) threads = 64;
  for (int i = 1; i < threads; i++)
    if (pthread_create(&others[i], NULL, take_files, &share) != 0) FAIL("no thread can be made");
  take_files(&share);
  for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
  return share.events;
}
