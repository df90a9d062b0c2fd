/*
** The kinds that are property values and what is made of them: the codecs of
** value.h, row.h, restriction.h, recipient.h and rules.h with the context
** that they need.
*/
#include "wire/kinds.h"

void sat_decode_property(struct sat_reader *r, void *v_r,
                         const struct sat_wire_ctx *ctx) {
  sat_property_decode(r, ctx->dialect, v_r);
}

void sat_encode_property(struct sat_buf *b, const void *v,
                         const struct sat_wire_ctx *ctx) {
  sat_property_encode(b, v, ctx->dialect);
}

void sat_print_property(struct sat_buf *b, const void *v) {
  sat_property_print(b, v);
}

void sat_random_property(struct sat_arena *a, uint64_t *seed, void *v_r,
                         const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_property_random(a, seed, v_r);
}

void sat_decode_property_row(struct sat_reader *r, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  if (ctx->columns.tags == NULL)
    sat_reader_fail(r, "the columns are not known");
  sat_row_decode(r, ctx->columns, ctx->dialect, v_r);
}

void sat_encode_property_row(struct sat_buf *b, const void *v,
                             const struct sat_wire_ctx *ctx) {
  sat_row_encode(b, v, ctx->dialect);
}

void sat_print_property_row(struct sat_buf *b, const void *v) {
  sat_row_print(b, v);
}

void sat_random_property_row(struct sat_arena *a, uint64_t *seed, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  sat_row_random(a, seed, ctx->columns, v_r);
}

/* [MS-OXCNOTIF] 2.2.1.4.1.2: a TagCount of 0xffff has no tags behind it */
enum { UNSAID = 0xffff };

void sat_decode_changed_tags(struct sat_reader *r, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  struct sat_columns *tags = v_r;
  uint32_t n = sat_reader_u16(r), *p;
  (void)ctx;
  if (n == UNSAID) return;
  p = sat_reader_array(r, n, sizeof *p, 4);
  if (p == NULL) return;
  for (uint32_t i = 0; i < n; i++) p[i] = sat_reader_u32(r);
  *tags = (struct sat_columns){p, n};
}

void sat_encode_changed_tags(struct sat_buf *b, const void *v,
                             const struct sat_wire_ctx *ctx) {
  const struct sat_columns *tags = v;
  (void)ctx;
  if (tags->n >= UNSAID) b->failed = true;
  sat_buf_u16(b, tags->tags != NULL ? tags->n : UNSAID);
  for (uint32_t i = 0; i < tags->n; i++) sat_buf_u32(b, tags->tags[i]);
}

void sat_print_changed_tags(struct sat_buf *b, const void *v) {
  const struct sat_columns *tags = v;
  sat_buf_str(b, tags->tags != NULL ? "[" : "[?");
  for (uint32_t i = 0; i < tags->n; i++) {
    if (i > 0) sat_buf_str(b, " ");
    sat_tag_print(b, tags->tags[i]);
  }
  sat_buf_str(b, "]");
}

void sat_random_changed_tags(struct sat_arena *a, uint64_t *seed, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  uint32_t n = sat_random(seed) % 5, *p;
  struct sat_columns *tags = v_r;
  if (n == 4) return;
  p = sat_arena_array(a, n, sizeof *p);
  if (p == NULL) return;
  for (uint32_t i = 0; i < n; i++) sat_random_tag(a, seed, &p[i], ctx);
  *tags = (struct sat_columns){p, n};
}

/* [MS-OXCROPS] 2.2.3.4.2: folder id, message class, time of change */
const struct sat_columns sat_receive_folder_columns = {
    (const uint32_t[]){0x67480014, 0x001a001e, 0x30080040}, 3};

void sat_decode_receive_folder_row(struct sat_reader *r, void *v_r,
                                   const struct sat_wire_ctx *ctx) {
  sat_row_decode(r, sat_receive_folder_columns, ctx->dialect, v_r);
}

void sat_encode_receive_folder_row(struct sat_buf *b, const void *v,
                                   const struct sat_wire_ctx *ctx) {
  sat_row_encode(b, v, ctx->dialect);
}

void sat_print_receive_folder_row(struct sat_buf *b, const void *v) {
  sat_row_print(b, v);
}

void sat_random_receive_folder_row(struct sat_arena *a, uint64_t *seed,
                                   void *v_r,
                                   const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_row_random(a, seed, sat_receive_folder_columns, v_r);
}

void sat_decode_restriction(struct sat_reader *r, void *v_r,
                            const struct sat_wire_ctx *ctx) {
  struct sat_restriction *res = sat_reader_alloc(r, sizeof *res);
  if (res == NULL) return;
  sat_restriction_decode(r, ctx->dialect, res);
  *(struct sat_restriction **)v_r = res;
}

void sat_encode_restriction(struct sat_buf *b, const void *v,
                            const struct sat_wire_ctx *ctx) {
  sat_restriction_encode(b, *(struct sat_restriction *const *)v,
                         ctx->dialect);
}

void sat_print_restriction(struct sat_buf *b, const void *v) {
  sat_restriction_print(b, *(struct sat_restriction *const *)v);
}

void sat_random_restriction(struct sat_arena *a, uint64_t *seed, void *v_r,
                            const struct sat_wire_ctx *ctx) {
  static struct sat_restriction nothing;
  struct sat_restriction *res = sat_arena_alloc(a, sizeof *res);
  (void)ctx;
  *(struct sat_restriction **)v_r = res != NULL ? res : &nothing;
  if (res != NULL) sat_restriction_random(a, seed, 3, res);
}

void sat_decode_maybe_restriction(struct sat_reader *r, void *v_r,
                                  const struct sat_wire_ctx *ctx) {
  if (sat_reader_left(r) > 0) sat_decode_restriction(r, v_r, ctx);
}

void sat_encode_maybe_restriction(struct sat_buf *b, const void *v,
                                  const struct sat_wire_ctx *ctx) {
  if (*(struct sat_restriction *const *)v != NULL)
    sat_encode_restriction(b, v, ctx);
}

void sat_print_maybe_restriction(struct sat_buf *b, const void *v) {
  if (*(struct sat_restriction *const *)v == NULL)
    sat_buf_str(b, "none");
  else
    sat_print_restriction(b, v);
}

void sat_random_maybe_restriction(struct sat_arena *a, uint64_t *seed,
                                  void *v_r, const struct sat_wire_ctx *ctx) {
  if (sat_random(seed) % 4 > 0) sat_random_restriction(a, seed, v_r, ctx);
}

void sat_decode_recipient_row(struct sat_reader *r, void *v_r,
                              const struct sat_wire_ctx *ctx) {
  struct sat_recipient *rcpt;
  if (sat_reader_left(r) == 0) return;
  rcpt = sat_reader_alloc(r, sizeof *rcpt);
  if (rcpt == NULL) return;
  sat_recipient_decode(r, ctx->columns, rcpt);
  *(struct sat_recipient **)v_r = rcpt;
}

void sat_encode_recipient_row(struct sat_buf *b, const void *v,
                              const struct sat_wire_ctx *ctx) {
  const struct sat_recipient *rcpt = *(struct sat_recipient *const *)v;
  (void)ctx;
  if (rcpt != NULL) sat_recipient_encode(b, rcpt);
}

void sat_print_recipient_row(struct sat_buf *b, const void *v) {
  const struct sat_recipient *rcpt = *(struct sat_recipient *const *)v;
  if (rcpt == NULL)
    sat_buf_str(b, "none");
  else
    sat_recipient_print(b, rcpt);
}

void sat_random_recipient_row(struct sat_arena *a, uint64_t *seed, void *v_r,
                              const struct sat_wire_ctx *ctx) {
  struct sat_recipient *rcpt = sat_arena_alloc(a, sizeof *rcpt);
  if (rcpt == NULL) return;
  sat_recipient_random(a, seed, ctx->columns, rcpt);
  *(struct sat_recipient **)v_r = rcpt;
}

void sat_decode_rule_actions(struct sat_reader *r, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  sat_actions_decode(r, ctx->dialect, v_r);
}

void sat_encode_rule_actions(struct sat_buf *b, const void *v,
                             const struct sat_wire_ctx *ctx) {
  sat_actions_encode(b, v, ctx->dialect);
}

void sat_print_rule_actions(struct sat_buf *b, const void *v) {
  sat_actions_print(b, v);
}

void sat_random_rule_actions(struct sat_arena *a, uint64_t *seed, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  sat_actions_random(a, seed, ctx->dialect, v_r);
}

void sat_decode_entry_id(struct sat_reader *r, void *v_r,
                         const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_entry_id_decode(r, v_r);
}

void sat_encode_entry_id(struct sat_buf *b, const void *v,
                         const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_entry_id_encode(b, v);
}

void sat_print_entry_id(struct sat_buf *b, const void *v) {
  sat_entry_id_print(b, v);
}

void sat_random_entry_id(struct sat_arena *a, uint64_t *seed, void *v_r,
                         const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_entry_id_random(a, seed, v_r);
}
