// The system libyaml, and accessors for an event's C union: Swift sees a union through computed properties, these compile
// to one load each.

#include <yaml.h>

static inline const unsigned char *berth_scalar_value(const yaml_event_t *event) { return event->data.scalar.value; }
static inline size_t berth_scalar_length(const yaml_event_t *event) { return event->data.scalar.length; }
static inline int berth_scalar_is_plain(const yaml_event_t *event) {
  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}
static inline const unsigned char *berth_scalar_anchor(const yaml_event_t *event) { return event->data.scalar.anchor; }
static inline const unsigned char *berth_scalar_tag(const yaml_event_t *event) { return event->data.scalar.tag; }
// True if a scalar has neither anchor nor tag.
static inline int berth_scalar_is_bare(const yaml_event_t *event) {
  return !event->data.scalar.anchor && !event->data.scalar.tag;
}
static inline const unsigned char *berth_alias_anchor(const yaml_event_t *event) { return event->data.alias.anchor; }

// Anchor and tag of the start of a sequence or a mapping.
static inline const unsigned char *berth_start_anchor(const yaml_event_t *event) {
  return event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor
                                                 : event->data.sequence_start.anchor;
}
static inline const unsigned char *berth_start_tag(const yaml_event_t *event) {
  return event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.tag : event->data.sequence_start.tag;
}

// libyaml's deallocator. The library exports it, next to yaml_malloc, but its public header lacks it.
extern void yaml_free(void *memory);

// Frees an event's memory, as yaml_event_delete does, without clearing the event: yaml_parser_parse clears it before it
// fills it. Most events are scalars with a text and nothing else, or own no memory.
static inline void berth_event_release(yaml_event_t *event) {
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    if (!berth_scalar_is_bare(event)) break;
    yaml_free(event->data.scalar.value);
    return;
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    if (berth_start_anchor(event) || berth_start_tag(event)) break;
    return;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
  case YAML_NO_EVENT:
    return;
  default:
    break;
  }
  yaml_event_delete(event);
}
