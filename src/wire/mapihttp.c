#include "wire/mapihttp.h"

#include <string.h>

// clang-format off
#include "wire/schema_ops.h"
#define REQ(...) __VA_ARGS__ BODY_TAIL
#define ANSWER(...) BODY_HEAD IS(status_code, 0, __VA_ARGS__) BODY_TAIL
#define BODY(name, type, section, endpoint, request, response) \
  SAT_OPS(name##_req_ops, struct sat_##name##_body_req, request) \
  SAT_OPS(name##_res_ops, struct sat_##name##_body_res, response)
#include "wire/mapihttp.def"
#include "wire/schema_undef.h"
#undef REQ
#undef ANSWER
#undef BODY

static const struct sat_body bodies[] = {
#define BODY(name, type, section, endpoint, request, response) \
  {#name, type, section, SAT_ENDPOINT_##endpoint, \
   {{sizeof(struct sat_##name##_body_req), name##_req_ops}, \
    {sizeof(struct sat_##name##_body_res), name##_res_ops}}},
#include "wire/mapihttp.def"
#undef BODY
};
// clang-format on

#define BODY_N (sizeof bodies / sizeof *bodies)

const struct sat_wire_ctx sat_body_ctx = {{NULL, 0}, false,
                                          SAT_DIALECT_NSPI};

const struct sat_body *sat_bodies(size_t *n_r) {
  *n_r = BODY_N;
  return bodies;
}

const struct sat_body *sat_body_by_name(const char *name) {
  for (size_t i = 0; i < BODY_N; i++)
    if (strcmp(bodies[i].name, name) == 0) return &bodies[i];
  return NULL;
}

void *sat_body_decode(struct sat_reader *r, const struct sat_body *body,
                      enum sat_dir dir) {
  void *v = sat_reader_alloc(r, body->dir[dir].size);
  if (v == NULL) return NULL;
  sat_reader_push(r, body->name, -1);
  sat_schema_decode(r, body->dir[dir].ops(), v, &sat_body_ctx);
  if (sat_reader_left(r) > 0)
    sat_reader_fail(r, "%zu bytes after the body", sat_reader_left(r));
  sat_reader_pop(r);
  return sat_reader_ok(r) ? v : NULL;
}

void sat_body_encode(struct sat_buf *b, const struct sat_body *body,
                     enum sat_dir dir, const void *v) {
  sat_schema_encode(b, body->dir[dir].ops(), v, &sat_body_ctx);
}

void sat_body_print(struct sat_buf *b, const struct sat_body *body,
                    enum sat_dir dir, const void *v) {
  sat_buf_str(b, body->type);
  sat_schema_print(b, body->dir[dir].ops(), v, &sat_body_ctx);
}

void *sat_body_random(struct sat_arena *a, uint64_t *seed,
                      const struct sat_body *body, enum sat_dir dir) {
  void *v = sat_arena_alloc(a, body->dir[dir].size);
  if (v == NULL) return NULL;
  sat_schema_random(a, seed, body->dir[dir].ops(), v, &sat_body_ctx);
  return a->failed ? NULL : v;
}
