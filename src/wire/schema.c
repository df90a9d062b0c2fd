#include "wire/schema.h"

uint32_t sat_schema_u32(const void *base, uint32_t at) {
  return *(const uint32_t *)((const char *)base + at);
}

bool sat_schema_test(const struct sat_op *op, const void *base,
                     const struct sat_wire_ctx *ctx) {
  uint32_t v;
  if (op->test == SAT_TEST_PUBLIC) return ctx->public_logon;
  if (op->test == SAT_TEST_PRIVATE) return !ctx->public_logon;
  v = sat_schema_u32(base, op->at);
  switch (op->test) {
    case SAT_TEST_ANY: return (v & op->mask) != 0;
    case SAT_TEST_NONE: return (v & op->mask) == 0;
    case SAT_TEST_EQ: return (v & op->mask) == op->arg;
    case SAT_TEST_NE: return (v & op->mask) != op->arg;
    case SAT_TEST_ZERO_OR:
      return (v & op->mask) == op->arg || (v & op->mask) == 0;
    case SAT_TEST_AMONG: return v < 32 && (op->arg >> v & 1) != 0;
    default: return false;
  }
}

const struct sat_op *sat_schema_skip(const struct sat_op *op) {
  int depth = 0;
  do {
    if (op->code == SAT_OP_IF || op->code == SAT_OP_SIZED) depth++;
    if (op->code == SAT_OP_CLOSE) depth--;
    op++;
  } while (depth > 0);
  return op;
}

const void *sat_schema_list(const struct sat_op *op, const void *base,
                            uint32_t *n_r) {
  const char *v = (const char *)base + op->at;
  if (op->code == SAT_OP_ARRAY) {
    *n_r = op->arg;
    return v;
  }
  *n_r = sat_schema_u32(base, op->arg);
  return *(const void *const *)v;
}
