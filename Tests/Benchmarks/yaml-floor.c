// The floor of decoding: libyaml's event loop over files, and nothing else.
// cc -O2 yaml-floor.c -lyaml -o yaml-floor; yaml-floor FILE...
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

int main(int count, char **paths) {
  size_t events = 0, bytes = 0;
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "rb");
    if (!file) return perror(paths[i]), 1;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    unsigned char *text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != (size_t)size) return perror(paths[i]), 1;
    fclose(file);
    bytes += size;
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, text, size);
    for (int done = 0; !done; events++) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser, &event)) return fprintf(stderr, "%s: not YAML\n", paths[i]), 1;
      done = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    free(text);
  }
  printf("%zu bytes, %zu events\n", bytes, events);
  return 0;
}
