/*
** Each kind of kinds.def as a Lua value: integers (signed where the kind is,
** 64-bit ones with their bits kept), booleans, text as UTF-8 (8-bit text as
** it is), bytes as strings, GUIDs as text; values by conv_value.h.
*/
#include <lauxlib.h>
#include <string.h>

#include "bind/conv.h"
#include "bind/conv_value.h"
#include "wire/kinds.h"

/*
** {======================================================
** Numbers
** =======================================================
*/

static void push_u32(lua_State *L, const void *v) {
  lua_pushinteger(L, *(const uint32_t *)v);
}

static void push_i32(lua_State *L, const void *v) {
  lua_pushinteger(L, (int32_t) * (const uint32_t *)v);
}

static void push_u64(lua_State *L, const void *v) {
  lua_pushinteger(L, (lua_Integer) * (const uint64_t *)v);
}

static void push_bool8(lua_State *L, const void *v) {
  lua_pushboolean(L, *(const uint32_t *)v != 0);
}

#define push_u8 push_u32
#define push_u16 push_u32
#define push_code push_u32
#define push_tag push_u32
#define push_i64 push_u64
#define push_id push_u64
#define push_bool16 push_bool8
#define push_tail push_bool8

#define INTEGER(name, type, least, most)                                   \
  static void check_##name(struct sat_check *c, int idx, const char *what, \
                           void *v_r, const struct sat_wire_ctx *ctx) {    \
    (void)ctx;                                                             \
    *(type *)v_r = (type)sat_check_integer(c, idx, what, least, most);     \
  }

// clang-format off
INTEGER(u8, uint32_t, 0, UINT8_MAX)
INTEGER(u16, uint32_t, 0, UINT16_MAX)
INTEGER(u32, uint32_t, INT32_MIN, UINT32_MAX)
INTEGER(i32, uint32_t, INT32_MIN, INT32_MAX)
INTEGER(u64, uint64_t, INT64_MIN, INT64_MAX)
// clang-format on

#define check_code check_u32
#define check_tag check_u32
#define check_i64 check_u64
#define check_id check_u64

static void check_bool8(struct sat_check *c, int idx, const char *what,
                        void *v_r, const struct sat_wire_ctx *ctx) {
  (void)ctx;
  if (!lua_isboolean(c->L, idx)) sat_check_type(c, idx, what, "a boolean");
  *(uint32_t *)v_r = (uint32_t)lua_toboolean(c->L, idx);
}

#define check_bool16 check_bool8
#define check_tail check_bool8

static void push_guid(lua_State *L, const void *v) {
  sat_push_guid_text(L, v);
}

static void check_guid(struct sat_check *c, int idx, const char *what,
                       void *v_r, const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_check_guid(c, idx, what, v_r);
}

static void push_order(lua_State *L, const void *v) {
  lua_pushstring(L, sat_order_name(*(const uint32_t *)v));
}

static void check_order(struct sat_check *c, int idx, const char *what,
                        void *v_r, const struct sat_wire_ctx *ctx) {
  const char *s = lua_type(c->L, idx) == LUA_TSTRING
                      ? lua_tostring(c->L, idx) : "";
  (void)ctx;
  for (uint32_t order = 0; order < 8; order++) {
    const char *name = sat_order_name(order);
    if (name == NULL || strcmp(s, name) != 0) continue;
    *(uint32_t *)v_r = order;
    return;
  }
  sat_error_set(c->err, SAT_E_INVALID,
                "%s: \"ascending\", \"descending\" or \"maximum_category\" "
                "expected", what);
}

/* }====================================================== */

/*
** {======================================================
** Text and bytes
** =======================================================
*/

static void push_astr(lua_State *L, const void *v) {
  lua_pushstring(L, *(const char *const *)v); /* nil for NULL */
}

#define push_wstr push_astr
#define push_maybe_astr push_astr

/* Strings of Lua are zero-terminated; sat_check_text refuses inner zeros. */
static void check_astr(struct sat_check *c, int idx, const char *what,
                       void *v_r, const struct sat_wire_ctx *ctx) {
  struct sat_bytes s = sat_check_text(c, idx, what, false);
  (void)ctx;
  *(const char **)v_r = s.p != NULL ? (const char *)s.p : "";
}

static void check_wstr(struct sat_check *c, int idx, const char *what,
                       void *v_r, const struct sat_wire_ctx *ctx) {
  sat_check_text(c, idx, what, true); /* for its verdict */
  if (sat_check_ok(c)) check_astr(c, idx, what, v_r, ctx);
}

#define check_maybe_astr check_astr

static void push_typed_string(lua_State *L, const void *v) {
  lua_pushstring(L, ((const struct sat_typed_string *)v)->text);
}

static void check_typed_string(struct sat_check *c, int idx, const char *what,
                               void *v_r, const struct sat_wire_ctx *ctx) {
  struct sat_typed_string *s = v_r;
  check_wstr(c, idx, what, &s->text, ctx);
  if (!sat_check_ok(c)) return;
  s->type = s->text[0] == '\0' ? SAT_STRING_EMPTY : SAT_STRING_UNICODE;
}

static void push_bin16(lua_State *L, const void *v) {
  sat_push_bytes(L, *(const struct sat_bytes *)v);
}

#define push_bin32 push_bin16
#define push_rest push_bin16
#define push_raw6 push_bin16
#define push_raw24 push_bin16

static void check_size(struct sat_check *c, int idx, const char *what,
                       struct sat_bytes *v_r, uint32_t least, uint32_t most) {
  *v_r = sat_check_bytes(c, idx, what);
  if (!sat_check_ok(c)) return;
  if (v_r->n < least || v_r->n > most)
    sat_error_set(c->err, SAT_E_INVALID, "%s: %u bytes do not fit", what,
                  (unsigned)v_r->n);
}

#define BYTES(name, least, most)                                           \
  static void check_##name(struct sat_check *c, int idx, const char *what, \
                           void *v_r, const struct sat_wire_ctx *ctx) {    \
    (void)ctx;                                                             \
    check_size(c, idx, what, v_r, least, most);                            \
  }

// clang-format off
BYTES(bin16, 0, UINT16_MAX)
BYTES(bin32, 0, INT32_MAX)
BYTES(raw6, 6, 6)
BYTES(raw24, 24, 24)
// clang-format on

#define check_rest check_bin32

static void push_changed_tags(lua_State *L, const void *v) {
  const struct sat_columns *tags = v;
  if (tags->tags == NULL) {
    lua_pushnil(L);
    return;
  }
  lua_createtable(L, (int)tags->n, 0);
  for (uint32_t i = 0; i < tags->n; i++) {
    lua_pushinteger(L, tags->tags[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void check_changed_tags(struct sat_check *c, int idx, const char *what,
                               void *v_r, const struct sat_wire_ctx *ctx) {
  struct sat_columns *tags = v_r;
  uint32_t n, *p;
  (void)ctx;
  if (!sat_check_table(c, idx, what)) return;
  n = (uint32_t)lua_rawlen(c->L, idx);
  p = sat_check_array(c, n, sizeof *p);
  for (uint32_t i = 0; i < n && sat_check_ok(c); i++) {
    lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
    p[i] = (uint32_t)sat_check_integer(c, -1, what, 0, UINT32_MAX);
    lua_pop(c->L, 1);
  }
  *tags = (struct sat_columns){p, n};
}

/* { guid =, lid = } or { guid =, name = }; with neither it names nothing */
static void push_property_name(lua_State *L, const void *v) {
  const struct sat_property_name *n = v;
  lua_createtable(L, 0, 2);
  sat_put_guid(L, "guid", &n->guid);
  if (n->kind == SAT_NAME_ID) sat_put_integer(L, "lid", n->lid);
  if (n->kind == SAT_NAME_STRING) {
    lua_pushstring(L, n->name);
    lua_setfield(L, -2, "name");
  }
}

static void check_property_name(struct sat_check *c, int idx,
                                const char *what, void *v_r,
                                const struct sat_wire_ctx *ctx) {
  struct sat_property_name *n = v_r;
  if (!sat_check_table(c, idx, what)) return;
  if (!sat_field_guid(c, idx, "guid", &n->guid))
    sat_error_set(c->err, SAT_E_INVALID, "%s: it has no guid", what);
  n->kind = SAT_NAME_NONE;
  if (sat_field(c, idx, "name")) {
    n->kind = SAT_NAME_STRING;
    check_wstr(c, lua_gettop(c->L), "name", &n->name, ctx);
  }
  lua_pop(c->L, 1);
  if (sat_field(c, idx, "lid")) {
    if (n->kind == SAT_NAME_STRING)
      sat_error_set(c->err, SAT_E_INVALID, "%s: name or lid, not both", what);
    n->kind = SAT_NAME_ID;
    check_u32(c, -1, "lid", &n->lid, ctx);
  }
  lua_pop(c->L, 1);
}

/* }====================================================== */

/*
** {======================================================
** Values
** =======================================================
*/

static void push_property(lua_State *L, const void *v) {
  sat_push_property(L, v);
}

static void check_property(struct sat_check *c, int idx, const char *what,
                           void *v_r, const struct sat_wire_ctx *ctx) {
  (void)what, (void)ctx;
  sat_check_property(c, idx, v_r);
}

static void push_property_row(lua_State *L, const void *v) {
  sat_push_row(L, v);
}

static void check_property_row(struct sat_check *c, int idx, const char *what,
                               void *v_r, const struct sat_wire_ctx *ctx) {
  if (ctx->columns.tags == NULL)
    sat_error_set(c->err, SAT_E_INVALID, "%s: the columns are not known",
                  what);
  sat_check_row(c, idx, ctx->columns, ctx->dialect, v_r);
}

#define push_receive_folder_row push_property_row

static void check_receive_folder_row(struct sat_check *c, int idx,
                                     const char *what, void *v_r,
                                     const struct sat_wire_ctx *ctx) {
  (void)what;
  sat_check_row(c, idx, sat_receive_folder_columns, ctx->dialect, v_r);
}

static void push_restriction(lua_State *L, const void *v) {
  const struct sat_restriction *res = *(struct sat_restriction *const *)v;
  if (res != NULL)
    sat_push_restriction(L, res);
  else
    lua_pushnil(L);
}

#define push_maybe_restriction push_restriction

static void check_restriction(struct sat_check *c, int idx, const char *what,
                              void *v_r, const struct sat_wire_ctx *ctx) {
  struct sat_restriction *res = sat_check_array(c, 1, sizeof *res);
  (void)what, (void)ctx;
  if (res == NULL) return;
  sat_check_restriction(c, idx, res);
  *(struct sat_restriction **)v_r = res;
}

#define check_maybe_restriction check_restriction

static void push_recipient_row(lua_State *L, const void *v) {
  const struct sat_recipient *rcpt = *(struct sat_recipient *const *)v;
  if (rcpt != NULL)
    sat_push_recipient(L, rcpt);
  else
    lua_pushnil(L);
}

static void check_recipient_row(struct sat_check *c, int idx,
                                const char *what, void *v_r,
                                const struct sat_wire_ctx *ctx) {
  struct sat_recipient *rcpt = sat_check_array(c, 1, sizeof *rcpt);
  (void)what;
  if (rcpt == NULL) return;
  sat_check_recipient(c, idx, ctx->columns, rcpt);
  *(struct sat_recipient **)v_r = rcpt;
}

static void push_rule_actions(lua_State *L, const void *v) {
  sat_push_actions(L, v);
}

static void check_rule_actions(struct sat_check *c, int idx, const char *what,
                               void *v_r, const struct sat_wire_ctx *ctx) {
  (void)what, (void)ctx;
  sat_check_actions(c, idx, v_r);
}

static void push_entry_id(lua_State *L, const void *v) {
  sat_push_entry_id(L, v);
}

static void check_entry_id(struct sat_check *c, int idx, const char *what,
                           void *v_r, const struct sat_wire_ctx *ctx) {
  (void)what, (void)ctx;
  sat_check_entry_id(c, idx, v_r);
}

/* }====================================================== */

/* What a nil leaves as it is: no bytes, no text, false. */
#define ABSENT(kind)                                                  \
  ((kind) == SAT_K_bool8 || (kind) == SAT_K_bool16 ||                 \
   (kind) == SAT_K_maybe_astr || (kind) == SAT_K_typed_string ||      \
   (kind) == SAT_K_bin16 || (kind) == SAT_K_bin32 ||                  \
   (kind) == SAT_K_rest || (kind) == SAT_K_changed_tags ||            \
   (kind) == SAT_K_maybe_restriction || (kind) == SAT_K_recipient_row)

static const struct sat_conv_kind kinds[] = { /* ORDER sat_kind_id */
// clang-format off
#define KIND(name, type, least) \
  {push_##name, check_##name, ABSENT(SAT_K_##name)},
#include "wire/kinds.def"
#undef KIND
};
// clang-format on

const struct sat_conv_kind *sat_conv_kind_of(unsigned kind) {
  return &kinds[kind];
}
