/*
** The kinds of fields, expanded from kinds.def and structs.def: their types
** (sat_kind_NAME), numbers (SAT_K_NAME) and functions.
*/
#ifndef sat_kinds_h
#define sat_kinds_h

#include "wire/entryid.h"
#include "wire/recipient.h"
#include "wire/restriction.h"
#include "wire/row.h"
#include "wire/rules.h"
#include "wire/schema.h"
#include "wire/value.h"

enum { /* [MS-OXCDATA] 2.11.7 */
  SAT_STRING_NONE = 0x00,
  SAT_STRING_EMPTY = 0x01,
  SAT_STRING_8BIT = 0x02,
  SAT_STRING_REDUCED = 0x03, /* UTF-16 of which all high bytes are 0 */
  SAT_STRING_UNICODE = 0x04
};

struct sat_typed_string { /* [MS-OXCDATA] 2.11.7 TypedString */
  uint32_t type;
  const char *text; /* UTF-8 (8-bit: as it is); NULL for NONE */
};

enum { /* [MS-OXCDATA] 2.6.1 */
  SAT_NAME_ID = 0x00,
  SAT_NAME_STRING = 0x01,
  SAT_NAME_NONE = 0xff
};

struct sat_property_name { /* [MS-OXCDATA] 2.6.1 PropertyName */
  uint32_t kind;
  struct sat_guid guid;
  uint32_t lid;
  const char *name; /* UTF-8 */
};

/* [MS-OXCROPS] 2.2.3.4.2 */
extern const struct sat_columns sat_receive_folder_columns;

/* "ascending", …; NULL for an unknown number */
const char *sat_order_name(uint32_t order);

#define KIND(name, type, least) typedef type sat_kind_##name;
#include "wire/kinds.def"
#undef KIND

#include "wire/schema_types.h"
#define STRUCT(name, ...)                        \
  typedef struct sat_##name sat_kind_##name;     \
  struct sat_##name {                            \
    __VA_ARGS__                                  \
  };
#include "wire/structs.def"
#include "wire/schema_undef.h"

enum sat_kind_id {
#define KIND(name, type, least) SAT_K_##name,
#include "wire/kinds.def"
#undef KIND
#define STRUCT(name, ...) SAT_K_##name,
#include "wire/structs.def"
#undef STRUCT
  SAT_KINDS
};

#define KIND(name, type, least)                                             \
  void sat_decode_##name(struct sat_reader *r, void *v_r,                   \
                         const struct sat_wire_ctx *ctx);                   \
  void sat_encode_##name(struct sat_buf *b, const void *v,                  \
                         const struct sat_wire_ctx *ctx);                   \
  void sat_print_##name(struct sat_buf *b, const void *v);                  \
  void sat_random_##name(struct sat_arena *a, uint64_t *seed, void *v_r,    \
                         const struct sat_wire_ctx *ctx);
#include "wire/kinds.def"
#undef KIND

#endif
