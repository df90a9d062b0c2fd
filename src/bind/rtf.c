/*
** core.rtf: RTF as it is stored with messages, and what it says.
*/
#include "wire/rtf.h"

#include <lauxlib.h>
#include <lua.h>

#include "bind/scratch.h"
#include "wire/lzfu.h"

int sat_bind_rtf(lua_State *L);

/* compress(rtf [, plain]) -> bytes; plain: with a header, uncompressed */
static int rtf_compress(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  bool plain = lua_toboolean(L, 2);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (plain) sat_lzfu_store(&scratch->buf, s, n);
  else sat_lzfu_encode(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

/* decompress(bytes) -> rtf | nil, err */
static int rtf_decompress(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_reader r;
  sat_reader_init(&r, s, n, NULL, &scratch->err);
  sat_reader_push(&r, "compressed_rtf", -1);
  if (sat_lzfu_decode(&r, &scratch->buf) < 0)
    return sat_scratch_fail(L, scratch);
  return sat_scratch_string(L, scratch);
}

/* to_text(rtf) -> text | nil, err */
static int rtf_to_text(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (sat_rtf_to_text(&scratch->buf, s, n, &scratch->err) < 0)
    return sat_scratch_fail(L, scratch);
  return sat_scratch_string(L, scratch);
}

/* to_html(rtf) -> html | nil (it was not made from HTML) | nil, err */
static int rtf_to_html(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  int result = sat_rtf_to_html(&scratch->buf, s, n, &scratch->err);
  if (result < 0) return sat_scratch_fail(L, scratch);
  if (result > 0) return sat_scratch_string(L, scratch);
  sat_scratch_free(scratch);
  lua_pushnil(L);
  return 1;
}

/* from_text(text) -> rtf */
static int rtf_from_text(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_rtf_from_text(&scratch->buf, s, n);
  return sat_scratch_string(L, scratch);
}

int sat_bind_rtf(lua_State *L) {
  static const luaL_Reg functions[] = {{"compress", rtf_compress},
                                       {"decompress", rtf_decompress},
                                       {"to_text", rtf_to_text},
                                       {"to_html", rtf_to_html},
                                       {"from_text", rtf_from_text},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
