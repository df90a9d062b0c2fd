/*
** core.wire.wrap and unwrap: the ROP buffer as a list of payloads
** { rops = bytes, handles = { integers } }; compress and decompress: the
** LZXPRESS data within.
*/
#include "wire/ropbuf.h"

#include <lauxlib.h>
#include <lua.h>

#include "bind/scratch.h"
#include "wire/lzxpress.h"

void sat_bind_ropbuf(lua_State *L);

/* The strings that the payloads point to stay alive in the caller's table. */
static struct sat_bytes check_rops(lua_State *L, int payload) {
  struct sat_bytes b = {NULL, 0};
  size_t n;
  const char *s;
  if (lua_getfield(L, payload, "rops") != LUA_TSTRING)
    luaL_error(L, "a payload needs 'rops', a string");
  s = lua_tolstring(L, -1, &n);
  luaL_argcheck(L, n < SAT_ROPBUF_MAX, 1, "'rops' is too long");
  b.p = (const uint8_t *)s;
  b.n = (uint32_t)n;
  lua_pop(L, 1);
  return b;
}

static uint32_t *check_handles(lua_State *L, struct sat_scratch *scratch,
                               int payload, uint32_t *n_r) {
  uint32_t *handles;
  lua_Unsigned n;
  if (lua_getfield(L, payload, "handles") != LUA_TTABLE)
    luaL_error(L, "a payload needs 'handles', a table");
  n = lua_rawlen(L, -1);
  luaL_argcheck(L, n <= SAT_ROPBUF_MAX / 4, 1, "too many handles");
  handles = sat_arena_array(&scratch->arena, n, sizeof *handles);
  if (handles == NULL) luaL_error(L, "not enough memory");
  for (lua_Unsigned i = 0; i < n; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    if (!lua_isinteger(L, -1)) luaL_error(L, "a handle is no integer");
    handles[i] = (uint32_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  *n_r = (uint32_t)n;
  return handles;
}

static unsigned check_flags(lua_State *L, int arg) {
  unsigned flags = 0;
  if (lua_isnoneornil(L, arg)) return 0;
  luaL_checktype(L, arg, LUA_TTABLE);
  lua_getfield(L, arg, "compress");
  if (lua_toboolean(L, -1)) flags |= SAT_ROPBUF_COMPRESSED;
  lua_getfield(L, arg, "xor");
  if (lua_toboolean(L, -1)) flags |= SAT_ROPBUF_XOR_MAGIC;
  lua_pop(L, 2);
  return flags;
}

/* wrap(payloads [, { compress =, xor = }]) -> bytes */
static int ropbuf_wrap(lua_State *L) {
  unsigned flags = check_flags(L, 2);
  struct sat_scratch *scratch;
  struct sat_ropbuf *all;
  lua_Unsigned n;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = lua_rawlen(L, 1);
  luaL_argcheck(L, n > 0 && n < 1 << 20, 1, "a list of payloads expected");
  lua_settop(L, 1);
  scratch = sat_scratch_new(L);
  all = sat_arena_array(&scratch->arena, n, sizeof *all);
  if (all == NULL) return luaL_error(L, "not enough memory");
  for (lua_Unsigned i = 0; i < n; i++) {
    if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TTABLE)
      return luaL_error(L, "a payload is a table");
    all[i].rops = check_rops(L, 3);
    all[i].handles = check_handles(L, scratch, 3, &all[i].handle_count);
    lua_settop(L, 2);
  }
  if (sat_ropbuf_wrap(&scratch->buf, all, (uint32_t)n, flags) < 0) {
    sat_error_set(&scratch->err, SAT_E_LIMIT,
                  "a ROP buffer is larger than %u bytes", SAT_ROPBUF_MAX);
    return sat_scratch_fail(L, scratch);
  }
  return sat_scratch_string(L, scratch);
}

static void push_payload(lua_State *L, const struct sat_ropbuf *b) {
  lua_createtable(L, 0, 2);
  lua_pushlstring(L, b->rops.n > 0 ? (const char *)b->rops.p : "", b->rops.n);
  lua_setfield(L, -2, "rops");
  lua_createtable(L, (int)b->handle_count, 0);
  for (uint32_t i = 0; i < b->handle_count; i++) {
    lua_pushinteger(L, (lua_Integer)b->handles[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "handles");
}

/* unwrap(bytes) -> list of payloads | nil, err */
static int ropbuf_unwrap(lua_State *L) {
  size_t size;
  const char *s = luaL_checklstring(L, 1, &size);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_ropbuf *all;
  struct sat_reader r;
  uint32_t n;
  sat_reader_init(&r, s, size, &scratch->arena, &scratch->err);
  sat_reader_push(&r, "rop_buffer", -1);
  if (sat_ropbuf_unwrap(&r, &all, &n) < 0)
    return sat_scratch_fail(L, scratch);
  lua_createtable(L, n < 1000 ? (int)n : 1000, 0);
  for (uint32_t i = 0; i < n; i++) {
    push_payload(L, &all[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  sat_scratch_free(scratch);
  return 1;
}

/* compress(bytes) -> bytes */
static int ropbuf_compress(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_lzxpress_encode(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

/* decompress(bytes, size of the result) -> bytes | nil, err */
static int ropbuf_decompress(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  lua_Integer size = luaL_checkinteger(L, 2);
  struct sat_scratch *scratch;
  struct sat_reader r;
  uint8_t *out;
  luaL_argcheck(L, size >= 0 && size <= 1 << 28, 2, "size out of range");
  scratch = sat_scratch_new(L);
  out = sat_buf_reserve(&scratch->buf, (size_t)size);
  if (out == NULL) return luaL_error(L, "not enough memory");
  sat_reader_init(&r, s, n, NULL, &scratch->err);
  if (sat_lzxpress_decode(&r, out, (size_t)size) < 0)
    return sat_scratch_fail(L, scratch);
  sat_buf_added(&scratch->buf, (size_t)size);
  return sat_scratch_string(L, scratch);
}

void sat_bind_ropbuf(lua_State *L) {
  static const luaL_Reg functions[] = {{"wrap", ropbuf_wrap},
                                       {"unwrap", ropbuf_unwrap},
                                       {"compress", ropbuf_compress},
                                       {"decompress", ropbuf_decompress},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
