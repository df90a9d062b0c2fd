/*
** The bodies of MAPI over HTTP ([MS-OXCMAPIHTTP] 2.2.4, 2.2.5), expanded from
** mapihttp.def: for each request type struct sat_NAME_body_req and struct
** sat_NAME_body_res.  A body is all there is: bytes behind it are refused.
** The response is what follows the meta-tags and headers in the envelope.
*/
#ifndef sat_mapihttp_h
#define sat_mapihttp_h

#include "wire/kinds.h"
#include "wire/rop.h"
#include "wire/schema.h"

// clang-format off
#include "wire/schema_types.h"
#include "wire/mapihttp_heads.h"
#define REQ(...) __VA_ARGS__ BODY_TAIL
#define ANSWER(...) BODY_HEAD __VA_ARGS__ BODY_TAIL
#define BODY(name, type, section, endpoint, request, response) \
  struct sat_##name##_body_req { request }; \
  struct sat_##name##_body_res { response };
#include "wire/mapihttp.def"
#include "wire/schema_undef.h"
#undef REQ
#undef ANSWER
#undef BODY
// clang-format on

enum sat_endpoint { SAT_ENDPOINT_EMSMDB, SAT_ENDPOINT_NSPI };

struct sat_body {
  const char *name, *type; /* type: the value of X-RequestType */
  const char *section;
  enum sat_endpoint endpoint;
  struct {
    size_t size;
    const struct sat_op *(*ops)(void);
  } dir[2];
};

/* all of them, in the order of their sections */
const struct sat_body *sat_bodies(size_t *n_r);
const struct sat_body *sat_body_by_name(const char *name); /* or NULL */

/* the struct, from the reader's arena, or NULL with the reader's error */
void *sat_body_decode(struct sat_reader *r, const struct sat_body *body,
                      enum sat_dir dir);
void sat_body_encode(struct sat_buf *b, const struct sat_body *body,
                     enum sat_dir dir, const void *v);
void sat_body_print(struct sat_buf *b, const struct sat_body *body,
                    enum sat_dir dir, const void *v);
void *sat_body_random(struct sat_arena *a, uint64_t *seed,
                      const struct sat_body *body, enum sat_dir dir);

/* values stand in the dialect of the address book */
extern const struct sat_wire_ctx sat_body_ctx;

#endif
