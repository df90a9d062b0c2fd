/*
** Property values ([MS-OXCDATA] 2.11) and what is made of them: rows,
** restrictions, sort orders, recipient rows, rule actions.  In memory a value
** points into the bytes it was decoded from, or into an arena: it owns
** nothing.  Text stays in its wire form (UTF-16LE or 8-bit) without its
** terminator; whoever hands it on converts it once.
**
** The dialects differ in the width of counts and in presence bytes, never in
** the types ([MS-OXCDATA] 2.11.1.1, [MS-OXNSPI] / [MS-OXCMAPIHTTP] 2.2.1).
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
  SAT_DIALECT_ROP,   /* 16-bit counts */
  SAT_DIALECT_NSPI,  /* MAPI/HTTP address book: 32-bit counts, HasValue bytes */
  SAT_DIALECT_FX     /* FastTransfer: 32-bit counts and lengths */
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
  SAT_MV = 0x1000
};

struct sat_restriction;
struct sat_actions;

struct sat_value {
  uint16_t type;  /* the type of what is here; may differ from a column's */
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
    struct {                /* SAT_MV: n values of the base type */
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

/* One value of 'type' (which may be UNSPECIFIED: then a type precedes it).
** 0, or -1 with the reader's error set. */
int sat_value_decode(struct sat_reader *r, uint16_t type,
                     enum sat_dialect dialect, struct sat_value *v_r);
void sat_value_encode(struct sat_buf *b, const struct sat_value *v,
                      enum sat_dialect dialect);

int sat_property_decode(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_property *p_r);
void sat_property_encode(struct sat_buf *b, const struct sat_property *p,
                         enum sat_dialect dialect);

/*
** Property rows ([MS-OXCDATA] 2.8): one value for each column; a value
** that is absent has type SAT_T_ERROR (flagged row) or SAT_T_NULL (a flagged
** row whose flag says "not present").
*/
struct sat_columns {
  const uint32_t *tags;
  uint32_t n;
};

struct sat_row {
  bool flagged;
  struct sat_columns columns;  /* what the row was laid out by */
  struct sat_value *values;
};

int sat_row_decode(struct sat_reader *r, struct sat_columns columns,
                   enum sat_dialect dialect, struct sat_row *row_r);
void sat_row_encode(struct sat_buf *b, const struct sat_row *row,
                    enum sat_dialect dialect);

/* Restrictions ([MS-OXCDATA] 2.12) */
enum sat_restriction_type {
  SAT_RES_AND = 0x00,
  SAT_RES_OR = 0x01,
  SAT_RES_NOT = 0x02,
  SAT_RES_CONTENT = 0x03,
  SAT_RES_PROPERTY = 0x04,
  SAT_RES_COMPARE_PROPERTIES = 0x05,
  SAT_RES_BITMASK = 0x06,
  SAT_RES_SIZE = 0x07,
  SAT_RES_EXIST = 0x08,
  SAT_RES_SUBOBJECT = 0x09,
  SAT_RES_COMMENT = 0x0a,
  SAT_RES_COUNT = 0x0b
};

struct sat_restriction {
  uint8_t type;
  uint8_t op;          /* relational operator, bitmask operator */
  uint32_t fuzzy;      /* content: FuzzyLevelLow | FuzzyLevelHigh << 16 */
  uint32_t tag, tag2;  /* compare: both; subobject: the table */
  uint32_t number;     /* mask, size or count */
  struct sat_property value;        /* content, property */
  struct sat_properties values;     /* comment */
  struct sat_restriction *children; /* and, or: n; else one or none */
  uint32_t n;
};

int sat_restriction_decode(struct sat_reader *r, enum sat_dialect dialect,
                           struct sat_restriction *res_r);
void sat_restriction_encode(struct sat_buf *b,
                            const struct sat_restriction *res,
                            enum sat_dialect dialect);

#endif
