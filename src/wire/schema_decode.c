/*
** Layouts: from bytes to a struct.  Nothing is believed: counts are checked
** against the bytes left before memory is taken, groups with a size must end
** where they said.
*/
#include <string.h>

#include "wire/kinds.h"
#include "wire/schema.h"

void sat_kind_decode(struct sat_reader *r, unsigned id, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(id);
  if (k->ops == NULL)
    k->decode(r, v_r, ctx);
  else if (sat_reader_down(r))
    sat_schema_decode(r, k->ops(), v_r, ctx);
  if (k->ops != NULL) sat_reader_up(r);
}

static void decode_elements(struct sat_reader *r, const struct sat_op *op,
                            char *v, uint32_t n,
                            const struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  for (uint32_t i = 0; i < n && sat_reader_ok(r); i++, v += size) {
    sat_reader_push(r, op->name, i);
    sat_kind_decode(r, op->kind, v, ctx);
    sat_reader_pop(r);
  }
}

static void decode_list(struct sat_reader *r, const struct sat_op *op,
                        char *base, struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(op->kind);
  uint32_t n = sat_schema_u32(base, op->arg);
  char *v;
  sat_reader_push(r, op->name, -1);
  v = sat_reader_array(r, n, k->size, k->least);
  sat_reader_pop(r);
  if (v == NULL) return;
  *(void **)(base + op->at) = v;
  decode_elements(r, op, v, n, ctx);
  if (op->flags & SAT_OP_COLUMNS)
    ctx->columns = (struct sat_columns){(const uint32_t *)(void *)v, n};
}

/* Elements are found one by one: the array grows by doubling. */
static void decode_rest(struct sat_reader *r, const struct sat_op *op,
                        char *base, const struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  uint32_t n = 0, cap = 0;
  char *v = NULL;
  while (sat_reader_left(r) > 0) {
    if (n == cap) {
      char *grown = sat_reader_alloc(r, (cap = cap ? 2 * cap : 4) * size);
      if (grown == NULL) return;
      if (n > 0) memcpy(grown, v, n * size);
      v = grown;
    }
    sat_reader_push(r, op->name, n);
    sat_kind_decode(r, op->kind, v + n * size, ctx);
    sat_reader_pop(r);
    n++;
  }
  *(void **)(base + op->at) = v;
  memcpy(base + op->arg, &n, sizeof n);
}

static void decode_field(struct sat_reader *r, const struct sat_op *op,
                         char *base, struct sat_wire_ctx *ctx) {
  switch (op->code) {
    case SAT_OP_FIELD:
      sat_reader_push(r, op->name, -1);
      sat_kind_decode(r, op->kind, base + op->at, ctx);
      sat_reader_pop(r);
      break;
    case SAT_OP_ARRAY:
      decode_elements(r, op, base + op->at, op->arg, ctx);
      break;
    case SAT_OP_REST: decode_rest(r, op, base, ctx); break;
    default: decode_list(r, op, base, ctx);
  }
}

/* Decodes until END or the CLOSE of this group; gives what comes after. */
static const struct sat_op *decode_group(struct sat_reader *r,
                                         const struct sat_op *op, char *base,
                                         struct sat_wire_ctx *ctx) {
  const uint8_t *old;
  while (op->code != SAT_OP_END && op->code != SAT_OP_CLOSE) {
    if (!sat_reader_ok(r)) return op;
    switch (op->code) {
      case SAT_OP_IF:
        op = sat_schema_test(op, base, ctx)
                 ? decode_group(r, op + 1, base, ctx)
                 : sat_schema_skip(op);
        break;
      case SAT_OP_SIZED:
        old = sat_reader_enter(r, (size_t)sat_reader_int(r, op->arg));
        op = decode_group(r, op + 1, base, ctx);
        if (sat_reader_left(r) > 0)
          sat_reader_fail(r, "%zu bytes too many", sat_reader_left(r));
        sat_reader_leave(r, old);
        break;
      default: decode_field(r, op++, base, ctx);
    }
  }
  return op + 1;
}

void sat_schema_decode(struct sat_reader *r, const struct sat_op *ops,
                       void *base_r, const struct sat_wire_ctx *ctx) {
  struct sat_wire_ctx own = *ctx;
  decode_group(r, ops, base_r, &own);
}
