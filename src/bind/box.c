#include "bind/box.h"

#include <stddef.h>

static int box_tostring(lua_State *L) {
  struct sat_box *b = lua_touserdata(L, 1);
  luaL_getmetafield(L, 1, "__name");
  if (b->obj != NULL)
    lua_pushfstring(L, "%s (%p)", lua_tostring(L, -1), b->obj);
  else
    lua_pushfstring(L, "%s (closed)", lua_tostring(L, -1));
  return 1;
}

int sat_box_close(lua_State *L) {
  struct sat_box *b = lua_touserdata(L, 1);
  void *obj = b != NULL ? b->obj : NULL;
  if (obj == NULL) return 0;
  b->obj = NULL;
  if (b->release != NULL) b->release(obj);
  return 0;
}

void sat_box_type(lua_State *L, const char *tname, const luaL_Reg *methods) {
  static const luaL_Reg meta[] = {{"__gc", sat_box_close},
                                  {"__close", sat_box_close},
                                  {"__tostring", box_tostring},
                                  {NULL, NULL}};
  if (luaL_newmetatable(L, tname)) {
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
}

struct sat_box *sat_box_new(lua_State *L, const char *tname, int parent) {
  struct sat_box *b;
  parent = parent != 0 ? lua_absindex(L, parent) : 0;
  b = lua_newuserdatauv(L, sizeof *b, 2);
  b->obj = NULL;
  b->release = NULL;
  luaL_setmetatable(L, tname);
  if (parent != 0) {
    lua_pushvalue(L, parent);
    lua_setiuservalue(L, -2, 1);
  }
  return b;
}

void *sat_box_check(lua_State *L, int arg, const char *tname) {
  struct sat_box *b = luaL_checkudata(L, arg, tname);
  if (b->obj == NULL) luaL_error(L, "attempt to use a closed %s", tname);
  return b->obj;
}

void *sat_box_test(lua_State *L, int arg, const char *tname) {
  struct sat_box *b = luaL_testudata(L, arg, tname);
  return b != NULL ? b->obj : NULL;
}
