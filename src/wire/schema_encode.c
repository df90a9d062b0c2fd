/*
** Layouts: from a struct to bytes.  Sizes are put in when they are known.
*/
#include "wire/kinds.h"
#include "wire/schema.h"

void sat_kind_encode(struct sat_buf *b, unsigned id, const void *v,
                     const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(id);
  if (k->ops != NULL)
    sat_schema_encode(b, k->ops(), v, ctx);
  else
    k->encode(b, v, ctx);
}

static void encode_list(struct sat_buf *b, const struct sat_op *op,
                        const void *base, struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  uint32_t n;
  const char *v = sat_schema_list(op, base, &n);
  for (uint32_t i = 0; i < n && !b->failed; i++)
    sat_kind_encode(b, op->kind, v + i * size, ctx);
  if (op->flags & SAT_OP_COLUMNS)
    ctx->columns = (struct sat_columns){(const uint32_t *)(const void *)v, n};
}

static const struct sat_op *encode_group(struct sat_buf *b,
                                         const struct sat_op *op,
                                         const void *base,
                                         struct sat_wire_ctx *ctx);

static const struct sat_op *encode_sized(struct sat_buf *b,
                                         const struct sat_op *op,
                                         const void *base,
                                         struct sat_wire_ctx *ctx) {
  size_t at = b->n;
  unsigned width = op->arg;
  sat_buf_int(b, 0, width);
  op = encode_group(b, op + 1, base, ctx);
  sat_buf_patch(b, at, b->n - at - width, width);
  return op;
}

/* Encodes until END or the CLOSE of this group; gives what comes after. */
static const struct sat_op *encode_group(struct sat_buf *b,
                                         const struct sat_op *op,
                                         const void *base,
                                         struct sat_wire_ctx *ctx) {
  while (op->code != SAT_OP_END && op->code != SAT_OP_CLOSE) {
    switch (op->code) {
      case SAT_OP_IF:
        op = sat_schema_test(op, base, ctx)
                 ? encode_group(b, op + 1, base, ctx)
                 : sat_schema_skip(op);
        break;
      case SAT_OP_SIZED: op = encode_sized(b, op, base, ctx); break;
      case SAT_OP_FIELD:
        sat_kind_encode(b, op->kind, (const char *)base + op->at, ctx);
        op++;
        break;
      default: encode_list(b, op++, base, ctx);
    }
  }
  return op + 1;
}

void sat_schema_encode(struct sat_buf *b, const struct sat_op *ops,
                       const void *base, const struct sat_wire_ctx *ctx) {
  struct sat_wire_ctx own = *ctx;
  encode_group(b, ops, base, &own);
}
