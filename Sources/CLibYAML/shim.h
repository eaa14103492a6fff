// The system libyaml, and readers of the parts of an event that live in a C union: Swift sees a union through
// computed properties, these compile to one load each.

#include <yaml.h>

static inline const unsigned char *berth_scalar_value(const yaml_event_t *event) { return event->data.scalar.value; }
static inline size_t berth_scalar_length(const yaml_event_t *event) { return event->data.scalar.length; }
static inline int berth_scalar_is_plain(const yaml_event_t *event) {
  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}
static inline const unsigned char *berth_scalar_anchor(const yaml_event_t *event) { return event->data.scalar.anchor; }
static inline const unsigned char *berth_scalar_tag(const yaml_event_t *event) { return event->data.scalar.tag; }
// Whether a scalar has neither anchor nor tag.
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
