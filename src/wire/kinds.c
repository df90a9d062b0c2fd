#include "wire/kinds.h"

// clang-format off
#include "wire/schema_ops.h"
#define STRUCT(name, ...) \
  SAT_OPS(name##_ops, struct sat_##name, __VA_ARGS__)
#include "wire/structs.def"
#include "wire/schema_undef.h"

static const struct sat_kind kinds[] = { /* ORDER sat_kind_id */
#define KIND(name, type, least) \
  {#name, sizeof(type), least, sat_decode_##name, sat_encode_##name, \
   sat_print_##name, sat_random_##name, NULL},
#include "wire/kinds.def"
#undef KIND
#define STRUCT(name, ...) \
  {#name, sizeof(struct sat_##name), 1, NULL, NULL, NULL, NULL, name##_ops},
#include "wire/structs.def"
#undef STRUCT
};
// clang-format on

const struct sat_kind *sat_kind_of(unsigned id) { return &kinds[id]; }
