#include "wire/rop.h"

#include <string.h>

// clang-format off
#include "wire/schema_ops.h"
#define REQ(...) __VA_ARGS__
#define RES(...) HEAD_RES ON(0, __VA_ARGS__)
#define RES_ALWAYS(...) HEAD_RES __VA_ARGS__
#define BARE(...) __VA_ARGS__
#define NOTHING()
#define ROP(id, name, section, handles, request, response) \
  SAT_OPS(name##_req_ops, struct sat_##name##_req, \
          HEAD_REQ_##handles request) \
  SAT_OPS(name##_res_ops, struct sat_##name##_res, response)
#include "wire/rops.def"
#include "wire/schema_undef.h"
#undef REQ
#undef RES
#undef RES_ALWAYS
#undef BARE
#undef NOTHING
#undef ROP

/* 2.2.6.9.2: the response to RopGetMessageStatus is that of its neighbour */
#define RESPONSE_ID(id) ((id) == 0x1f ? 0x20 : (id))

/* an id that stands twice in rops.def does not compile */
static const struct sat_rop rops[256] = {
#define REQ(...) true
#define RES(...) true
#define RES_ALWAYS(...) true
#define BARE(...) true
#define NOTHING() false
#define ROP(id, name, section, handles, request, response) \
  [id] = {id, RESPONSE_ID(id), #name, section, SAT_HANDLES_##handles, \
          {{request, sizeof(struct sat_##name##_req), name##_req_ops}, \
           {response, sizeof(struct sat_##name##_res), name##_res_ops}}},
#include "wire/rops.def"
#undef REQ
#undef RES
#undef RES_ALWAYS
#undef BARE
#undef NOTHING
#undef ROP
};
// clang-format on

const struct sat_rop *sat_rop_of(unsigned id) {
  return id < 256 && rops[id].name != NULL ? &rops[id] : NULL;
}

const struct sat_rop *sat_rop_by_name(const char *name) {
  for (unsigned id = 0; id < 256; id++)
    if (rops[id].name != NULL && strcmp(rops[id].name, name) == 0)
      return &rops[id];
  return NULL;
}

void *sat_rop_decode(struct sat_reader *r, enum sat_dir dir,
                     const struct sat_wire_ctx *ctx,
                     const struct sat_rop **rop_r) {
  unsigned id = sat_reader_u8(r);
  const struct sat_rop *rop = sat_rop_of(id);
  void *v;
  if (!sat_reader_ok(r)) return NULL;
  if (rop == NULL || !rop->dir[dir].exists) {
    sat_reader_fail(r, "no ROP 0x%02x", id);
    return NULL;
  }
  v = sat_reader_alloc(r, rop->dir[dir].size);
  if (v == NULL) return NULL;
  *(uint32_t *)v = id;
  sat_reader_push(r, rop->name, -1);
  sat_schema_decode(r, rop->dir[dir].ops(), v, ctx);
  sat_reader_pop(r);
  *rop_r = rop;
  return sat_reader_ok(r) ? v : NULL;
}

void sat_rop_encode(struct sat_buf *b, const struct sat_rop *rop,
                    enum sat_dir dir, const void *v,
                    const struct sat_wire_ctx *ctx) {
  if (!rop->dir[dir].exists) b->failed = true;
  sat_buf_u8(b, dir == SAT_RESPONSE ? rop->response_id : rop->id);
  sat_schema_encode(b, rop->dir[dir].ops(), v, ctx);
}

void sat_rop_print(struct sat_buf *b, const struct sat_rop *rop,
                   enum sat_dir dir, const void *v,
                   const struct sat_wire_ctx *ctx) {
  sat_buf_str(b, rop->name);
  sat_schema_print(b, rop->dir[dir].ops(), v, ctx);
}

void *sat_rop_random(struct sat_arena *a, uint64_t *seed,
                     const struct sat_rop *rop, enum sat_dir dir,
                     const struct sat_wire_ctx *ctx) {
  void *v = sat_arena_alloc(a, rop->dir[dir].size);
  if (v == NULL) return NULL;
  *(uint32_t *)v = rop->id;
  sat_schema_random(a, seed, rop->dir[dir].ops(), v, ctx);
  return a->failed ? NULL : v;
}
