// The file `spec`: pairs of NUL-terminated texts, a key and its value, in any order; `argument`, `environment` and
// `secret` and `gpu` may be repeated. It contains no secret's value: `secret` is NAME=INDEX, and the value is in the shim's own
// variable BERTH_SECRET_INDEX, which is passed to the child under its name and no further.
//
//   version 1            boot ID               argument TEXT         environment NAME=VALUE
//   home DEVICE:INODE:INODE                      files NUMBER
//   secret NAME=INDEX    directory PATH        grace NANOSECONDS     maxRuntime NANOSECONDS
//   ram BYTES            cpu MILLI             log BYTES             containment automatic|tree
//   gpu NUMBER MILLI     leases PATH           deployment IDENTITY
//
// Other keys are labels for people and for the engine; the shim skips them.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char *text, int64_t *number) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || value < 0) return false;
  *number = value;
  return true;
}

// Turns NAME=INDEX into NAME=VALUE.
static char *resolve_secret(const char *text) {
  const char *equals = strchr(text, '=');
  if (equals == NULL) return NULL;
  char variable[64];
  int length = snprintf(variable, sizeof variable, "BERTH_SECRET_%s", equals + 1);
  if (length < 0 || (size_t)length >= sizeof variable) return NULL;
  const char *value = getenv(variable);
  if (value == NULL) return NULL;
  size_t name_length = (size_t)(equals - text) + 1;
  char *result = malloc(name_length + strlen(value) + 1);
  if (result == NULL) return NULL;
  memcpy(result, text, name_length);
  memcpy(result + name_length, value, strlen(value) + 1);
  return result;
}

// Numbers of the repeated fields that were taken.
struct counts {
  size_t arguments, variables, gpus;
};

static bool take_field(struct spec *spec, const char *key, char *value, struct counts *counts, bool secrets) {
  if (strcmp(key, "version") == 0) return strcmp(value, "1") == 0;
  if (strcmp(key, "argument") == 0) return (spec->arguments[counts->arguments++] = value) != NULL;
  if (strcmp(key, "environment") == 0) return (spec->environment[counts->variables++] = value) != NULL;
  if (strcmp(key, "secret") == 0 && !secrets) return true;
  if (strcmp(key, "secret") == 0) return (spec->environment[counts->variables++] = resolve_secret(value)) != NULL;
  if (strcmp(key, "boot") == 0) return (spec->boot = value) != NULL;
  if (strcmp(key, "home") == 0) return (spec->home = value) != NULL;
  if (strcmp(key, "directory") == 0) return (spec->working_directory = value) != NULL;
  if (strcmp(key, "gpu") == 0) return (spec->gpus[counts->gpus++] = value) != NULL;
  if (strcmp(key, "leases") == 0) return (spec->leases = value) != NULL;
  if (strcmp(key, "deployment") == 0) return (spec->deployment = value) != NULL;
  if (strcmp(key, "containment") == 0) spec->use_cgroup = strcmp(value, "tree") != 0;
  if (strcmp(key, "grace") == 0) return parse_number(value, &spec->stop_grace);
  if (strcmp(key, "maxRuntime") == 0) return parse_number(value, &spec->max_runtime);
  if (strcmp(key, "ram") == 0) return parse_number(value, &spec->ram_bytes);
  if (strcmp(key, "cpu") == 0) return parse_number(value, &spec->cpu_milli);
  if (strcmp(key, "files") == 0) return parse_number(value, &spec->open_files);
  if (strcmp(key, "log") == 0) return parse_number(value, &spec->log_bytes);
  return true;
}

enum spec_result read_spec(const struct run *run, struct spec *spec, bool secrets) {
  *spec = (struct spec){.use_cgroup = true};
  size_t size;
  char *text = read_file_at(run->directory, "spec", &size);
  if (text == NULL) return errno == ENOENT ? spec_absent : spec_invalid;
  spec->text = text;
  spec->size = size;
  // An upper bound: half as many pairs as texts, as many texts as NULs.
  size_t texts = 0;
  for (size_t index = 0; index < size; index++) texts += text[index] == 0;
  spec->arguments = calloc(texts / 2 + 1, sizeof(char *));
  spec->environment = calloc(texts / 2 + 1, sizeof(char *));
  spec->gpus = calloc(texts / 2 + 1, sizeof(char *));
  if (spec->arguments == NULL || spec->environment == NULL || spec->gpus == NULL) return spec_invalid;
  if (texts % 2 != 0 || (size > 0 && text[size - 1] != 0)) return spec_invalid;
  struct counts counts = {0};
  for (char *key = text; key < text + size;) {
    char *value = key + strlen(key) + 1;
    if (!take_field(spec, key, value, &counts, secrets)) return spec_invalid;
    key = value + strlen(value) + 1;
  }
  return spec->boot != NULL && counts.arguments > 0 ? spec_read : spec_invalid;
}
