/*
** Property values ([MS-OXCDATA] 2.11).  In memory a value points into the
** bytes it was decoded from, or into an arena: it owns nothing.  Text stays
** in its wire form (UTF-16LE or 8-bit) without its terminator; whoever hands
** it on converts it once.
**
** The dialects differ in the width of counts and in presence bytes, never in
** the types ([MS-OXCDATA] 2.11.1.1, [MS-OXCMAPIHTTP] 2.2.1).
*/
#ifndef sat_value_h
#define sat_value_h

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/guid.h"
#include "base/reader.h"

enum sat_dialect {
  SAT_DIALECT_ROP,      /* bytes have 16-bit counts, arrays 32-bit ones */
  SAT_DIALECT_EXTENDED, /* extended rules: 32-bit counts everywhere */
  SAT_DIALECT_NSPI,     /* MAPI/HTTP address book: 32-bit, HasValue bytes */
  SAT_DIALECT_FX        /* FastTransfer ([MS-OXCFXICS] 2.2.4.1.3) */
};

/* [MS-OXCDATA] 2.11.1; a multi-valued type is its base with SAT_MV set */
enum sat_type {
  SAT_T_UNSPECIFIED = 0x0000,
  SAT_T_NULL = 0x0001,
  SAT_T_INTEGER16 = 0x0002,
  SAT_T_INTEGER32 = 0x0003,
  SAT_T_FLOATING32 = 0x0004,
  SAT_T_FLOATING64 = 0x0005,
  SAT_T_CURRENCY = 0x0006,
  SAT_T_FLOATING_TIME = 0x0007,
  SAT_T_ERROR = 0x000a,
  SAT_T_BOOLEAN = 0x000b,
  SAT_T_OBJECT = 0x000d,
  SAT_T_INTEGER64 = 0x0014,
  SAT_T_STRING8 = 0x001e,
  SAT_T_STRING = 0x001f,
  SAT_T_TIME = 0x0040,
  SAT_T_GUID = 0x0048,
  SAT_T_SERVER_ID = 0x00fb,
  SAT_T_RESTRICTION = 0x00fd,
  SAT_T_RULE_ACTION = 0x00fe,
  SAT_T_BINARY = 0x0102,
  SAT_MV = 0x1000,
  SAT_MVI = 0x3000 /* column of a table: one row for each of its values */
};

#define SAT_TAG_TYPE(tag) ((uint16_t)((tag) & 0xffff))
#define SAT_TAG_ID(tag) ((uint16_t)((tag) >> 16))
#define SAT_TAG(id, type) ((uint32_t)(id) << 16 | (type))

struct sat_restriction;
struct sat_actions;

struct sat_value {
  uint16_t type; /* the type of what is here; may differ from a column's */
  union {
    int64_t i;              /* integers (sign-extended), currency */
    uint64_t time;          /* SAT_T_TIME: FILETIME */
    double d;               /* floating, floating time */
    bool b;
    uint32_t error;
    struct sat_bytes bytes; /* text, binary, server id, object */
    struct sat_guid guid;
    struct sat_restriction *restriction;
    struct sat_actions *actions;
    struct { /* SAT_MV: n values of the base type */
      struct sat_value *v;
      uint32_t n;
    } multi;
  } u;
};

struct sat_property { /* [MS-OXCDATA] 2.11.4 TaggedPropertyValue */
  uint32_t tag;
  struct sat_value value;
};

struct sat_properties {
  struct sat_property *p;
  uint32_t n;
};

/* The type on the wire of what a tag or column of 'type' has: a column of
** instances of a multi-valued property holds single values. */
uint16_t sat_type_of_column(uint16_t type);

/* whether there are values of this type */
bool sat_type_known(uint16_t type);

/* [MS-OXCMAPIHTTP] 2.2.1.1: whether a HasValue byte precedes them */
bool sat_type_has_presence(uint16_t type);

/* the name of [MS-OXCDATA] without "Ptyp" ("MultipleString"), or NULL */
const char *sat_type_name(uint16_t type);

/* One value of 'type' (which may be UNSPECIFIED: then a type precedes it).
** In the NSPI dialect a value that is said to be absent becomes SAT_T_NULL.
** 0, or -1 with the reader's error set. */
int sat_value_decode(struct sat_reader *r, uint16_t type,
                     enum sat_dialect dialect, struct sat_value *v_r);

/* Writes v where 'type' is expected; fails the buffer if it is of another
** type.  UNSPECIFIED: its type goes first.  In the NSPI dialect SAT_T_NULL
** in place of a type that has a HasValue byte is written as absent. */
void sat_value_encode(struct sat_buf *b, uint16_t type,
                      const struct sat_value *v, enum sat_dialect dialect);

/* [MS-OXCDATA] 2.11.4 */
int sat_property_decode(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_property *p_r);
void sat_property_encode(struct sat_buf *b, const struct sat_property *p,
                         enum sat_dialect dialect);

/* n of them, one after another; the fewest bytes that one takes is 4 */
int sat_properties_decode(struct sat_reader *r, uint32_t n,
                          enum sat_dialect dialect,
                          struct sat_properties *ps_r);
void sat_properties_encode(struct sat_buf *b, const struct sat_properties *ps,
                           enum sat_dialect dialect);

/* The next number of a repeatable sequence; *seed is its whole state. */
uint32_t sat_random(uint64_t *seed);

/* any value of 'type' (UNSPECIFIED: of any type) that the dialect can hold */
void sat_value_random(struct sat_arena *a, uint64_t *seed, uint16_t type,
                      struct sat_value *v_r);
void sat_property_random(struct sat_arena *a, uint64_t *seed,
                         struct sat_property *p_r);

/* as a protocol inspector would show them, on one line */
void sat_value_print(struct sat_buf *b, const struct sat_value *v);
void sat_property_print(struct sat_buf *b, const struct sat_property *p);
void sat_tag_print(struct sat_buf *b, uint32_t tag);
void sat_text_print(struct sat_buf *b, struct sat_bytes text, bool utf16);
void sat_bytes_print(struct sat_buf *b, struct sat_bytes bytes);

#endif
