/*
** The ROPs ([MS-OXCROPS]), expanded from rops.def: for each a struct of its
** request, struct sat_NAME_req, and of its response, struct sat_NAME_res,
** which begin with what rops.def calls the head; and the codec by id.
**
** A response's layout may depend on what is not in it: the columns of its
** table or the tags asked for (struct sat_wire_ctx).
*/
#ifndef sat_rop_h
#define sat_rop_h

#include "wire/kinds.h"
#include "wire/rop_heads.h"
#include "wire/schema.h"

// clang-format off
#include "wire/schema_types.h"
#define REQ(...) __VA_ARGS__
#define RES(...) HEAD_RES __VA_ARGS__
#define RES_ALWAYS(...) HEAD_RES __VA_ARGS__
#define BARE(...) __VA_ARGS__
#define NOTHING()
#define ROP(id, name, section, handles, request, response) \
  struct sat_##name##_req { uint32_t rop_id; HEAD_REQ_##handles request }; \
  struct sat_##name##_res { uint32_t rop_id; response };
#include "wire/rops.def"
#include "wire/schema_undef.h"
#undef REQ
#undef RES
#undef RES_ALWAYS
#undef BARE
#undef NOTHING
#undef ROP
// clang-format on

enum sat_dir { SAT_REQUEST, SAT_RESPONSE };

enum sat_handles { /* which handle indexes a request has */
  SAT_HANDLES_IN,
  SAT_HANDLES_IN_OUT,
  SAT_HANDLES_OUT,
  SAT_HANDLES_PAIR,
  SAT_HANDLES_SAVE,
  SAT_HANDLES_NONE
};

struct sat_rop {
  uint8_t id;
  uint8_t response_id; /* the id that its response bears */
  const char *name, *section;
  enum sat_handles handles;
  struct {
    bool exists;
    size_t size; /* of the struct */
    const struct sat_op *(*ops)(void);
  } dir[2];
};

/* NULL for an id or name that is none */
const struct sat_rop *sat_rop_of(unsigned id);
const struct sat_rop *sat_rop_by_name(const char *name);

/* One ROP at the reader: its struct, from the reader's arena, or NULL with
** the reader's error set.  The struct's rop_id is set. */
void *sat_rop_decode(struct sat_reader *r, enum sat_dir dir,
                     const struct sat_wire_ctx *ctx,
                     const struct sat_rop **rop_r);

/* Appends one; failures (no such direction, too large) are the buffer's. */
void sat_rop_encode(struct sat_buf *b, const struct sat_rop *rop,
                    enum sat_dir dir, const void *v,
                    const struct sat_wire_ctx *ctx);

/* "name field=value …" on one line */
void sat_rop_print(struct sat_buf *b, const struct sat_rop *rop,
                   enum sat_dir dir, const void *v,
                   const struct sat_wire_ctx *ctx);

/* any well-formed one, from the arena; NULL without memory */
void *sat_rop_random(struct sat_arena *a, uint64_t *seed,
                     const struct sat_rop *rop, enum sat_dir dir,
                     const struct sat_wire_ctx *ctx);

#endif
