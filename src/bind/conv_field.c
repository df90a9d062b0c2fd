#include "bind/conv_field.h"

#include <lauxlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

/*
** {======================================================
** Checking
** =======================================================
*/

bool sat_check_ok(const struct sat_check *c) { return c->err->kind == SAT_OK; }

void sat_check_type(struct sat_check *c, int idx, const char *what,
                    const char *expected) {
  sat_error_set(c->err, SAT_E_INVALID, "%s: %s expected, got %s", what,
                expected, luaL_typename(c->L, idx));
}

bool sat_check_table(struct sat_check *c, int idx, const char *what) {
  if (lua_type(c->L, idx) == LUA_TTABLE) return sat_check_ok(c);
  sat_check_type(c, idx, what, "a table");
  return false;
}

bool sat_check_down(struct sat_check *c) {
  if (++c->depth > SAT_READER_DEPTH)
    sat_error_set(c->err, SAT_E_INVALID, "nested too deeply");
  luaL_checkstack(c->L, 10, NULL);
  return sat_check_ok(c);
}

void sat_check_up(struct sat_check *c) { c->depth--; }

void *sat_check_array(struct sat_check *c, size_t n, size_t size) {
  void *p = sat_arena_array(c->arena, n, size);
  if (p == NULL) sat_error_set(c->err, SAT_E_MEMORY, "not enough memory");
  return p;
}

int64_t sat_check_integer(struct sat_check *c, int idx, const char *what,
                          int64_t least, int64_t most) {
  int is_integer = 0;
  int64_t v = 0;
  if (lua_type(c->L, idx) == LUA_TNUMBER)
    v = lua_tointegerx(c->L, idx, &is_integer);
  if (!is_integer) {
    sat_check_type(c, idx, what, "an integer");
  } else if (v < least || v > most) {
    sat_error_set(c->err, SAT_E_INVALID, "%s: %lld is out of range", what,
                  (long long)v);
  }
  return v;
}

struct sat_bytes sat_check_bytes(struct sat_check *c, int idx,
                                 const char *what) {
  struct sat_bytes bytes = {NULL, 0};
  size_t n;
  if (lua_type(c->L, idx) != LUA_TSTRING) {
    sat_check_type(c, idx, what, "a string");
    return bytes;
  }
  bytes.p = (const uint8_t *)lua_tolstring(c->L, idx, &n);
  if (n > INT32_MAX)
    sat_error_set(c->err, SAT_E_INVALID, "%s: too long", what);
  else
    bytes.n = (uint32_t)n;
  return bytes;
}

/* UTF-8 into memory that holds two bytes for each of its bytes */
static uint32_t to_utf16(uint8_t *out, const char *s, size_t n) {
  uint8_t *start = out;
  uint32_t unit[2], c;
  while (n > 0) {
    size_t len = sat_text_next(s, n, &c);
    int units = c >= 0x10000 ? 2 : 1;
    if (len == 0) return UINT32_MAX;
    unit[0] = units == 1 ? c : 0xd800 | (c - 0x10000) >> 10;
    unit[1] = 0xdc00 | (c & 0x3ff);
    for (int i = 0; i < units; i++) {
      *out++ = (uint8_t)(unit[i] & 0xff);
      *out++ = (uint8_t)(unit[i] >> 8);
    }
    s += len;
    n -= len;
  }
  return (uint32_t)(out - start);
}

struct sat_bytes sat_check_text(struct sat_check *c, int idx,
                                const char *what, bool utf16) {
  struct sat_bytes text = sat_check_bytes(c, idx, what);
  struct sat_bytes wide = {NULL, 0};
  uint8_t *p;
  if (text.n > 0 && memchr(text.p, 0, text.n) != NULL)
    sat_error_set(c->err, SAT_E_INVALID, "%s: NUL in text", what);
  if (!utf16 || !sat_check_ok(c)) return text;
  wide.p = p = sat_check_array(c, text.n, 2);
  if (p == NULL) return wide;
  wide.n = to_utf16(p, (const char *)text.p, text.n);
  if (wide.n == UINT32_MAX) {
    sat_error_set(c->err, SAT_E_INVALID, "%s: not UTF-8", what);
    wide.n = 0;
  }
  return wide;
}

void sat_check_guid(struct sat_check *c, int idx, const char *what,
                    struct sat_guid *g_r) {
  struct sat_bytes s = sat_check_bytes(c, idx, what);
  if (sat_check_ok(c) && !sat_guid_parse((const char *)s.p, s.n, g_r))
    sat_error_set(c->err, SAT_E_INVALID, "%s: not a GUID", what);
}

/* }====================================================== */

/*
** {======================================================
** Fields
** =======================================================
*/

bool sat_field(struct sat_check *c, int idx, const char *name) {
  idx = lua_absindex(c->L, idx);
  lua_pushstring(c->L, name);
  return lua_rawget(c->L, idx) != LUA_TNIL;
}

void sat_field_u32(struct sat_check *c, int idx, const char *name,
                   uint32_t *v_r) {
  if (sat_field(c, idx, name))
    *v_r = (uint32_t)sat_check_integer(c, -1, name, INT32_MIN, UINT32_MAX);
  lua_pop(c->L, 1);
}

void sat_field_u64(struct sat_check *c, int idx, const char *name,
                   uint64_t *v_r) {
  if (sat_field(c, idx, name))
    *v_r = (uint64_t)sat_check_integer(c, -1, name, INT64_MIN, INT64_MAX);
  lua_pop(c->L, 1);
}

void sat_field_bool(struct sat_check *c, int idx, const char *name,
                    bool *v_r) {
  if (sat_field(c, idx, name)) {
    if (!lua_isboolean(c->L, -1)) sat_check_type(c, -1, name, "a boolean");
    *v_r = lua_toboolean(c->L, -1);
  }
  lua_pop(c->L, 1);
}

bool sat_field_bytes(struct sat_check *c, int idx, const char *name,
                     struct sat_bytes *v_r) {
  bool there = sat_field(c, idx, name);
  if (there) *v_r = sat_check_bytes(c, -1, name);
  lua_pop(c->L, 1);
  return there;
}

bool sat_field_text(struct sat_check *c, int idx, const char *name, bool utf16,
                    struct sat_bytes *v_r) {
  bool there = sat_field(c, idx, name);
  if (there) *v_r = sat_check_text(c, -1, name, utf16);
  lua_pop(c->L, 1);
  return there;
}

bool sat_field_guid(struct sat_check *c, int idx, const char *name,
                    struct sat_guid *v_r) {
  bool there = sat_field(c, idx, name);
  if (there) sat_check_guid(c, -1, name, v_r);
  lua_pop(c->L, 1);
  return there;
}

const char *sat_field_name(struct sat_check *c, int idx, const char *name) {
  const char *s = "";
  sat_field(c, idx, name);
  if (lua_type(c->L, -1) == LUA_TSTRING)
    s = lua_tostring(c->L, -1);
  else
    sat_check_type(c, -1, name, "a string");
  lua_pop(c->L, 1);
  return s;
}

/* }====================================================== */

/*
** {======================================================
** Pushing
** =======================================================
*/

void sat_push_bytes(lua_State *L, struct sat_bytes bytes) {
  lua_pushlstring(L, bytes.n > 0 ? (const char *)bytes.p : "", bytes.n);
}

/* Most text is ASCII: four units at a time while it is. */
static size_t copy_ascii(char *out, const uint8_t *p, size_t n) {
  size_t i = 0;
  while (n - i >= 8) {
    const uint8_t *q = p + i;
    uint64_t four;
    memcpy(&four, q, 8);
    if (four & UINT64_C(0x80ff80ff80ff80ff) &&
        ((q[1] | q[3] | q[5] | q[7]) != 0 ||
         ((q[0] | q[2] | q[4] | q[6]) & 0x80) != 0))
      break;
    for (int k = 0; k < 4; k++) *out++ = (char)q[2 * k];
    i += 8;
  }
  return i;
}

static size_t copy_utf16(char *out, struct sat_bytes text) {
  size_t i = copy_ascii(out, text.p, text.n);
  return i / 2 + sat_text_copy_utf16(out + i / 2, text.p + i, text.n - i);
}

void sat_push_utf16(lua_State *L, struct sat_bytes text) {
  char small[1024];
  size_t room = (size_t)text.n / 2 * 3;
  if (text.n == 0) {
    lua_pushliteral(L, "");
  } else if (room <= sizeof small) {
    lua_pushlstring(L, small, copy_utf16(small, text));
  } else {
    luaL_Buffer b;
    luaL_pushresultsize(&b, copy_utf16(luaL_buffinitsize(L, &b, room), text));
  }
}

void sat_push_guid_text(lua_State *L, const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  lua_pushlstring(L, text, SAT_GUID_TEXT - 1);
}

void sat_put_integer(lua_State *L, const char *name, int64_t v) {
  lua_pushinteger(L, v);
  lua_setfield(L, -2, name);
}

void sat_put_bool(lua_State *L, const char *name, bool v) {
  lua_pushboolean(L, v);
  lua_setfield(L, -2, name);
}

void sat_put_bytes(lua_State *L, const char *name, struct sat_bytes v) {
  sat_push_bytes(L, v);
  lua_setfield(L, -2, name);
}

void sat_put_text(lua_State *L, const char *name, struct sat_bytes v,
                  bool utf16) {
  if (utf16)
    sat_push_utf16(L, v);
  else
    sat_push_bytes(L, v);
  lua_setfield(L, -2, name);
}

void sat_put_guid(lua_State *L, const char *name, const struct sat_guid *v) {
  sat_push_guid_text(L, v);
  lua_setfield(L, -2, name);
}

/* }====================================================== */
