/*
** Layouts: any well-formed value of a struct, for tests of properties.
*/
#include "wire/kinds.h"
#include "wire/schema.h"

void sat_kind_random(struct sat_arena *a, uint64_t *seed, unsigned id,
                     void *v_r, const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(id);
  if (k->ops != NULL)
    sat_schema_random(a, seed, k->ops(), v_r, ctx);
  else
    k->random(a, seed, v_r, ctx);
}

/* A value that opens the group 'test' (which tests 'op') if it can. */
static void open_group(const struct sat_op *test, const struct sat_op *op,
                       uint64_t *seed, uint32_t *v) {
  uint32_t bit = UINT32_C(1) << sat_random(seed) % 16;
  switch (test->test) {
    case SAT_TEST_EQ:
    case SAT_TEST_ZERO_OR: *v = (*v & ~test->mask) | test->arg; break;
    case SAT_TEST_NONE: *v &= ~test->mask; break;
    case SAT_TEST_ANY:
      *v |= sat_kind_of(op->kind)->least == 1 && bit > 0xff ? 1 : bit;
      break;
    case SAT_TEST_AMONG:
      do *v = sat_random(seed) % 32;
      while ((test->arg >> *v & 1) == 0);
      break;
    default: break;
  }
}

/* Groups that a field opens would rarely be there if it were left to chance:
** one of the tests that follow is made true. */
static void steer(const struct sat_op *op, uint64_t *seed, uint32_t *v) {
  uint32_t n = 0, chosen;
  const struct sat_op *t;
  for (t = op; t->code != SAT_OP_END; t++)
    if (t->code == SAT_OP_IF && t->at == op->at && t->name != NULL) n++;
  if (n == 0) return;
  chosen = sat_random(seed) % (n + 1);
  for (t = op; chosen > 0 && t->code != SAT_OP_END; t++)
    if (t->code == SAT_OP_IF && t->at == op->at && t->name != NULL &&
        --chosen == 0)
      open_group(t, op, seed, v);
}

static void random_list(struct sat_arena *a, uint64_t *seed,
                        const struct sat_op *op, char *base,
                        struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  uint32_t n = op->arg;
  char *v = base + op->at;
  if (op->code != SAT_OP_ARRAY) {
    uint32_t *count = (uint32_t *)(void *)(base + op->arg);
    if (op->code == SAT_OP_REST) *count = sat_random(seed) % 4;
    n = *count;
    v = sat_arena_array(a, n, size);
    if (v == NULL) n = *count = 0;
    *(void **)(void *)(base + op->at) = v;
  }
  for (uint32_t i = 0; i < n; i++)
    sat_kind_random(a, seed, op->kind, v + i * size, ctx);
  if (op->flags & SAT_OP_COLUMNS)
    ctx->columns = (struct sat_columns){(const uint32_t *)(void *)v, n};
}

static void random_field(struct sat_arena *a, uint64_t *seed,
                         const struct sat_op *op, char *base,
                         const struct sat_wire_ctx *ctx) {
  uint32_t *number = (uint32_t *)(void *)(base + op->at);
  if (op->flags & SAT_OP_COUNT)
    *number = sat_random(seed) % 4;
  else if (!(op->flags & SAT_OP_HIDDEN))
    sat_kind_random(a, seed, op->kind, number, ctx);
  if (sat_kind_of(op->kind)->size == sizeof *number &&
      !(op->flags & (SAT_OP_COUNT | SAT_OP_HIDDEN)))
    steer(op, seed, number);
}

void sat_schema_random(struct sat_arena *a, uint64_t *seed,
                       const struct sat_op *ops, void *base_r,
                       const struct sat_wire_ctx *ctx) {
  struct sat_wire_ctx own = *ctx;
  for (const struct sat_op *op = ops; op->code != SAT_OP_END;) {
    if (op->code == SAT_OP_IF && !sat_schema_test(op, base_r, &own)) {
      op = sat_schema_skip(op);
      continue;
    }
    if (op->code == SAT_OP_FIELD)
      random_field(a, seed, op, base_r, &own);
    else if (op->code == SAT_OP_LIST || op->code == SAT_OP_ARRAY ||
             op->code == SAT_OP_REST)
      random_list(a, seed, op, base_r, &own);
    op++;
  }
}
