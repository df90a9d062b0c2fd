/*
** core.text: text and bytes in their other forms.  A Lua string is text in
** UTF-8 or plain bytes; a form that cannot be read is nil.
*/
#include "base/text.h"

#include <lauxlib.h>
#include <lua.h>

#include "base/base64.h"
#include "base/guid.h"
#include "bind/box.h"
#include "bind/scratch.h"
#include "net/digest.h"
#include "wire/codepage.h"

#define DIGEST "satchel.digest"

int sat_bind_text(lua_State *L);

/* utf16(text) -> UTF-16LE bytes without terminator, true if text was UTF-8 */
static int text_utf16(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  bool valid = sat_text_to_utf16(&scratch->buf, s, n);
  sat_scratch_string(L, scratch);
  lua_pushboolean(L, valid);
  return 2;
}

/* utf8(UTF-16LE bytes) -> text */
static int text_utf8(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_text_from_utf16(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

/* from_8bit(bytes) -> text: UTF-8 as it is, else from windows-1252 */
static int text_from_8bit(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_text_from_8bit(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

/* from_codepage(bytes, number) -> text */
static int text_from_codepage(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  lua_Integer number = luaL_checkinteger(L, 2);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_codepage page = {0};
  luaL_argcheck(L, number >= 0 && number <= 65535, 2, "no code page");
  sat_codepage_decode(&page, &scratch->buf, (unsigned)number, s, n);
  sat_codepage_close(&page);
  return sat_scratch_string(L, scratch);
}

static int text_is_utf8(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  lua_pushboolean(L, sat_text_is_utf8(s, n));
  return 1;
}

/* fold(text) -> text with ASCII letters in lower case */
static int text_fold(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  luaL_Buffer b;
  char *p = luaL_buffinitsize(L, &b, n);
  for (size_t i = 0; i < n; i++)
    p[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] - 'A' + 'a') : s[i];
  luaL_pushresultsize(&b, n);
  return 1;
}

static int push_guid(lua_State *L, const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  lua_pushstring(L, text);
  return 1;
}

/* guid() -> a random one as text */
static int text_guid(lua_State *L) {
  struct sat_guid g;
  if (!sat_guid_random(&g)) return luaL_error(L, "no randomness");
  return push_guid(L, &g);
}

/* guid_bytes(text) -> 16 bytes | nil */
static int text_guid_bytes(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_guid g;
  if (sat_guid_parse(s, n, &g)) lua_pushlstring(L, (char *)g.b, sizeof g.b);
  else lua_pushnil(L);
  return 1;
}

/* guid_text(16 bytes) -> text | nil */
static int text_guid_text(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_guid g;
  if (n != sizeof g.b) {
    lua_pushnil(L);
    return 1;
  }
  for (size_t i = 0; i < n; i++) g.b[i] = (uint8_t)s[i];
  return push_guid(L, &g);
}

static int encode(lua_State *L,
                  void (*f)(struct sat_buf *, const void *, size_t)) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  f(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

static int decode(lua_State *L,
                  bool (*f)(struct sat_buf *, const char *, size_t)) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (f(&scratch->buf, s, n)) return sat_scratch_string(L, scratch);
  sat_scratch_free(scratch);
  lua_pushnil(L);
  return 1;
}

/* base64(bytes) -> text; unbase64(text) -> bytes | nil; hex and unhex */
static int text_base64(lua_State *L) { return encode(L, sat_base64_encode); }
static int text_unbase64(lua_State *L) { return decode(L, sat_base64_decode); }
static int text_hex(lua_State *L) { return encode(L, sat_hex_encode); }
static int text_unhex(lua_State *L) { return decode(L, sat_hex_decode); }

/* random(n) -> n bytes */
static int text_random(lua_State *L) {
  lua_Integer n = luaL_checkinteger(L, 1);
  luaL_Buffer b;
  luaL_argcheck(L, n >= 0 && n <= 1 << 30, 1, "size out of range");
  if (!sat_random_bytes(luaL_buffinitsize(L, &b, (size_t)n), (size_t)n))
    return luaL_error(L, "no randomness");
  luaL_pushresultsize(&b, (size_t)n);
  return 1;
}

static void release_digest(void *obj) {
  struct sat_digest *d = obj;
  sat_digest_free(&d);
}

static struct sat_digest *new_digest(lua_State *L) {
  struct sat_box *box = sat_box_new(L, DIGEST, 0);
  struct sat_digest *d = sat_digest_new();
  if (d == NULL) luaL_error(L, "not enough memory");
  box->obj = d;
  box->release = release_digest;
  return d;
}

static int push_final(lua_State *L, struct sat_digest *d) {
  uint8_t out[SAT_SHA256_SIZE];
  if (!sat_digest_final(d, out)) return luaL_error(L, "digest has ended");
  lua_pushlstring(L, (const char *)out, sizeof out);
  return 1;
}

/* sha256(bytes) -> 32 bytes; sha256() -> digest */
static int text_sha256(lua_State *L) {
  size_t n;
  const char *s;
  if (lua_isnoneornil(L, 1)) {
    new_digest(L);
    return 1;
  }
  s = luaL_checklstring(L, 1, &n);
  struct sat_digest *d = new_digest(L);
  sat_digest_update(d, s, n);
  return push_final(L, d);
}

/* digest:update(bytes) -> digest */
static int digest_update(lua_State *L) {
  struct sat_digest *d = sat_box_check(L, 1, DIGEST);
  size_t n;
  const char *s = luaL_checklstring(L, 2, &n);
  if (!sat_digest_update(d, s, n)) return luaL_error(L, "digest has ended");
  lua_settop(L, 1);
  return 1;
}

/* digest:final() -> 32 bytes */
static int digest_final(lua_State *L) {
  return push_final(L, sat_box_check(L, 1, DIGEST));
}

int sat_bind_text(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"update", digest_update}, {"final", digest_final}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"utf16", text_utf16},
                                       {"utf8", text_utf8},
                                       {"from_8bit", text_from_8bit},
                                       {"from_codepage", text_from_codepage},
                                       {"is_utf8", text_is_utf8},
                                       {"fold", text_fold},
                                       {"guid", text_guid},
                                       {"guid_bytes", text_guid_bytes},
                                       {"guid_text", text_guid_text},
                                       {"base64", text_base64},
                                       {"unbase64", text_unbase64},
                                       {"hex", text_hex},
                                       {"unhex", text_unhex},
                                       {"random", text_random},
                                       {"sha256", text_sha256},
                                       {NULL, NULL}};
  sat_box_type(L, DIGEST, methods);
  luaL_newlib(L, functions);
  return 1;
}
