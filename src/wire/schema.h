/*
** The schema engine.  A layout is an array of operations that say how a C
** struct stands on the wire; one interpreter decodes, encodes, prints and
** invents values by it (and bind/conv.c turns them into Lua tables and back).
** The engine knows no message: layouts come from the .def files, which
** rop.h, mapihttp.h and kinds.h expand; what is no plain sequence is a kind.
**
** In memory every integer of up to 32 bits and every boolean is a uint32_t,
** so that a count or a flag can be read without knowing its width; text is a
** zero-terminated string, bytes are a struct sat_bytes.  What a decoded
** struct points to lives in the input or in the reader's arena.
**
** The vocabulary of the .def files, fields in wire order:
**   F(kind, name)              a field
**   RESERVED(kind, name)       a field that scripts do not see; sent as 0
**   SECRET(kind, name)         a field that prints as ***
**   AGAIN(kind, name)          the field of that name in another kind
**   COUNT(kind, name)          how many a LIST further on has; a script need
**                              not say it
**   LIST(kind, name, count)    as many as 'count' says
**   COLUMNS(name, count)       a LIST of tags that lays out the rows after it
**   ARRAY(kind, name, n)       always n
**   REST(kind, name)           as many as fit before the end
**   SIZED(width, fields)       their size in 'width' bytes, then the fields
**   WHEN(name, fields)         there if the earlier field is not 0
**   UNLESS(name, fields)       there if it is 0
**   IS(name, value, fields)    there if it has this value
**   ISNT(name, value, fields)  there if it has another
**   ZERO_OR(name, mask, value, fields)
**                              there if its bits 'mask' are 0 or this value
**   BITS(name, mask, fields)   there if it has one of these bits
**   NO_BITS(name, mask, …)     there if it has none of them
**   AMONG(name, set, fields)   there if bit number 'value of name' of 'set'
**   ON(code, fields)           IS(return_value, code, fields)
**   MAYBE(name, fields)        a flag byte, then the fields if it is not 0; a
**                              script need not say the flag
**   TAIL(name, fields)         there if what follows begins no other response
**                              (a RopId of one is never 0 or 1): for the end
**                              of a response that servers may leave out
**   ON_PUBLIC(fields), ON_PRIVATE(fields)  there on such a logon
*/
#ifndef sat_schema_h
#define sat_schema_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/row.h"
#include "wire/value.h"

/* what a layout depends on that is not in the message */
struct sat_wire_ctx {
  struct sat_columns columns; /* of the table, or the tags asked for */
  bool public_logon;          /* public folders, not a mailbox */
  enum sat_dialect dialect;
};

enum sat_op_code {
  SAT_OP_END,
  SAT_OP_FIELD,
  SAT_OP_LIST,  /* arg: offset of the count */
  SAT_OP_ARRAY, /* arg: how many */
  SAT_OP_REST,  /* arg: offset of the count */
  SAT_OP_SIZED, /* arg: bytes of the size */
  SAT_OP_IF,    /* at: the field tested; until the CLOSE that matches */
  SAT_OP_CLOSE
};

enum sat_test {
  SAT_TEST_ANY,     /* value & mask */
  SAT_TEST_NONE,    /* not that */
  SAT_TEST_EQ,      /* (value & mask) == arg */
  SAT_TEST_NE,      /* not that */
  SAT_TEST_ZERO_OR, /* that, or == 0 */
  SAT_TEST_AMONG,   /* bit number 'value' of arg */
  SAT_TEST_PUBLIC,
  SAT_TEST_PRIVATE
};

enum { /* flags of an operation */
  SAT_OP_HIDDEN = 1,   /* scripts do not see it */
  SAT_OP_SECRET = 2,   /* never printed */
  SAT_OP_COUNT = 4,    /* follows from the list */
  SAT_OP_COLUMNS = 8,  /* lays out the rows after it */
  SAT_OP_PRESENCE = 16 /* follows from whether the next group is there */
};

struct sat_op {
  uint8_t code, flags, test;
  uint16_t kind;
  uint32_t at; /* offset of the value in the struct */
  uint32_t arg, mask;
  const char *name;
};

struct sat_kind {
  const char *name;
  size_t size;    /* in memory */
  unsigned least; /* the fewest bytes that one takes on the wire */
  void (*decode)(struct sat_reader *r, void *v_r,
                 const struct sat_wire_ctx *ctx);
  void (*encode)(struct sat_buf *b, const void *v,
                 const struct sat_wire_ctx *ctx);
  void (*print)(struct sat_buf *b, const void *v);
  void (*random)(struct sat_arena *a, uint64_t *seed, void *v_r,
                 const struct sat_wire_ctx *ctx);
  const struct sat_op *(*ops)(void); /* of a STRUCT; then no functions */
};

/* The kind of a number of enum sat_kind_id (kinds.h). */
const struct sat_kind *sat_kind_of(unsigned id);

/* Fills a zeroed struct; failures are the reader's. */
void sat_schema_decode(struct sat_reader *r, const struct sat_op *ops,
                       void *base_r, const struct sat_wire_ctx *ctx);

/* Failures (a value too large for its field) are the buffer's. */
void sat_schema_encode(struct sat_buf *b, const struct sat_op *ops,
                       const void *base, const struct sat_wire_ctx *ctx);

/* " name=value" for each field, on one line */
void sat_schema_print(struct sat_buf *b, const struct sat_op *ops,
                      const void *base, const struct sat_wire_ctx *ctx);

/* Fills a zeroed struct with any well-formed value. */
void sat_schema_random(struct sat_arena *a, uint64_t *seed,
                       const struct sat_op *ops, void *base_r,
                       const struct sat_wire_ctx *ctx);

/* One value of a kind, for lists and for what stands alone. */
void sat_kind_decode(struct sat_reader *r, unsigned id, void *v_r,
                     const struct sat_wire_ctx *ctx);
void sat_kind_encode(struct sat_buf *b, unsigned id, const void *v,
                     const struct sat_wire_ctx *ctx);
void sat_kind_print(struct sat_buf *b, unsigned id, const void *v,
                    const struct sat_wire_ctx *ctx);
void sat_kind_random(struct sat_arena *a, uint64_t *seed, unsigned id,
                     void *v_r, const struct sat_wire_ctx *ctx);

/* What the interpreters share. */

/* the field of up to 32 bits at an offset */
uint32_t sat_schema_u32(const void *base, uint32_t at);

/* whether the group that the IF opens is there */
bool sat_schema_test(const struct sat_op *op, const void *base,
                     const struct sat_wire_ctx *ctx);

/* the operation after the CLOSE that matches an IF or SIZED */
const struct sat_op *sat_schema_skip(const struct sat_op *op);

/* A list: its elements and their number.  Not for a FIELD. */
const void *sat_schema_list(const struct sat_op *op, const void *base,
                            uint32_t *n_r);

#endif
