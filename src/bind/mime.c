/*
** core.mime: messages and what they are made of.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/mime_charsets.h"
#include "bind/scratch.h"
#include "format/mime_address.h"
#include "format/mime_date.h"
#include "format/mime_param.h"
#include "format/mime_word.h"

#define CHARSETS "satchel.charsets"
#define MOST_ADDRESSES 100000

int sat_bind_mime(lua_State *L);

static void release_charsets(void *obj) {
  sat_charsets_close(obj);
  free(obj);
}

struct sat_charsets *sat_bind_charsets(lua_State *L) {
  static const char key = 0;
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
  struct sat_charsets *c = sat_box_test(L, -1, CHARSETS);
  if (c == NULL) {
    sat_box_type(L, CHARSETS, methods);
    struct sat_box *box = sat_box_new(L, CHARSETS, 0);
    c = calloc(1, sizeof *c);
    if (c == NULL) luaL_error(L, "not enough memory");
    box->obj = c;
    box->release = release_charsets;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
  lua_pop(L, 1);
  return c;
}

struct sat_slice sat_bind_slice(lua_State *L, int arg) {
  struct sat_slice s = {NULL, 0};
  if (!lua_isnoneornil(L, arg)) s.p = luaL_checklstring(L, arg, &s.n);
  return s;
}

/* decode_header(value [, charset]) -> text */
static int mime_decode_header(lua_State *L) {
  luaL_checkstring(L, 1);
  struct sat_slice value = sat_bind_slice(L, 1), charset = sat_bind_slice(L, 2);
  struct sat_charsets *c = sat_bind_charsets(L);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_word_decode(c, &scratch->buf, value, charset);
  return sat_scratch_string(L, scratch);
}

void sat_bind_push_addresses(lua_State *L, const struct sat_address *a) {
  lua_newtable(L);
  for (lua_Integer i = 1; a != NULL; a = a->next, i++) {
    lua_createtable(L, 0, 2);
    if (a->name.n > 0) {
      lua_pushlstring(L, a->name.p, a->name.n);
      lua_setfield(L, -2, "name");
    }
    if (a->email.n > 0) {
      lua_pushlstring(L, a->email.p, a->email.n);
      lua_setfield(L, -2, "email");
    }
    lua_rawseti(L, -2, i);
  }
}

/* addresses(value [, charset]) -> list of { name =, email = } */
static int mime_addresses(lua_State *L) {
  luaL_checkstring(L, 1);
  struct sat_slice value = sat_bind_slice(L, 1), charset = sat_bind_slice(L, 2);
  struct sat_charsets *c = sat_bind_charsets(L);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_address *list =
      sat_addresses_read(c, value, charset, MOST_ADDRESSES, &scratch->arena);
  if (scratch->arena.failed) return luaL_error(L, "not enough memory");
  sat_bind_push_addresses(L, list);
  sat_scratch_free(scratch);
  return 1;
}

/* param(value, name [, charset]) -> text | nil */
static int mime_param(lua_State *L) {
  luaL_checkstring(L, 1);
  struct sat_slice value = sat_bind_slice(L, 1), charset = sat_bind_slice(L, 3);
  const char *name = luaL_checkstring(L, 2);
  struct sat_charsets *c = sat_bind_charsets(L);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (sat_param_text(c, &scratch->buf, value, name, charset))
    return sat_scratch_string(L, scratch);
  sat_scratch_free(scratch);
  lua_pushnil(L);
  return 1;
}

/* to_utf8(bytes [, charset]) -> text */
static int mime_to_utf8(lua_State *L) {
  luaL_checkstring(L, 1);
  struct sat_slice bytes = sat_bind_slice(L, 1), charset = sat_bind_slice(L, 2);
  struct sat_charsets *c = sat_bind_charsets(L);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_charsets_decode(c, &scratch->buf, charset, bytes.p, bytes.n);
  return sat_scratch_string(L, scratch);
}

/* date(text) -> seconds | nil */
static int mime_date(lua_State *L) {
  luaL_checkstring(L, 1);
  int64_t seconds;
  if (sat_date_read(sat_bind_slice(L, 1), &seconds))
    lua_pushinteger(L, (lua_Integer)seconds);
  else
    lua_pushnil(L);
  return 1;
}

int sat_bind_mime(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode_header", mime_decode_header},
                                       {"addresses", mime_addresses},
                                       {"param", mime_param},
                                       {"to_utf8", mime_to_utf8},
                                       {"date", mime_date},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  sat_bind_mime_message(L);
  sat_bind_mime_transfer(L);
  sat_bind_mime_spool(L);
  sat_bind_mime_encode(L);
  return 1;
}
