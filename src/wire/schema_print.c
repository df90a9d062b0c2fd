/*
** Layouts: a struct as a protocol inspector would show it, on one line.
*/
#include "wire/kinds.h"
#include "wire/schema.h"

void sat_kind_print(struct sat_buf *b, unsigned id, const void *v,
                    const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(id);
  if (k->ops == NULL) {
    k->print(b, v);
    return;
  }
  sat_buf_str(b, "{");
  sat_schema_print(b, k->ops(), v, ctx);
  sat_buf_str(b, " }");
}

static void print_list(struct sat_buf *b, const struct sat_op *op,
                       const void *base, const struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  uint32_t n;
  const char *v = sat_schema_list(op, base, &n);
  sat_buf_str(b, "[");
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) sat_buf_str(b, " ");
    sat_kind_print(b, op->kind, v + i * size, ctx);
  }
  sat_buf_str(b, "]");
}

static void print_field(struct sat_buf *b, const struct sat_op *op,
                        const void *base, const struct sat_wire_ctx *ctx) {
  if (op->flags & (SAT_OP_HIDDEN | SAT_OP_COUNT)) return;
  sat_buf_str(b, " ");
  sat_buf_str(b, op->name);
  sat_buf_str(b, "=");
  if (op->flags & SAT_OP_SECRET)
    sat_buf_str(b, "***");
  else if (op->code == SAT_OP_FIELD)
    sat_kind_print(b, op->kind, (const char *)base + op->at, ctx);
  else
    print_list(b, op, base, ctx);
}

void sat_schema_print(struct sat_buf *b, const struct sat_op *ops,
                      const void *base, const struct sat_wire_ctx *ctx) {
  for (const struct sat_op *op = ops; op->code != SAT_OP_END;) {
    if (op->code == SAT_OP_IF && !sat_schema_test(op, base, ctx)) {
      op = sat_schema_skip(op);
      continue;
    }
    if (op->name != NULL && op->code != SAT_OP_IF)
      print_field(b, op, base, ctx);
    op++;
  }
}
