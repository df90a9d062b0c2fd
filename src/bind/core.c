/*
** The C module satchel.core: a table of the sub-tables that modules.def
** lists.  What happens in the world comes back as nil and an error table
** (fail.h); only a caller's mistake throws.
*/
#include <lauxlib.h>
#include <lua.h>

#define MODULE(name) int sat_bind_##name(lua_State *L);
#include "bind/modules.def"
#undef MODULE

static const luaL_Reg modules[] = {
#define MODULE(name) {#name, sat_bind_##name},
#include "bind/modules.def"
#undef MODULE
    {NULL, NULL}};

__attribute__((visibility("default"))) int luaopen_satchel_core(lua_State *L);

int luaopen_satchel_core(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *m = modules; m->name != NULL; m++) {
    lua_pushcfunction(L, m->func);
    lua_call(L, 0, 1);
    lua_setfield(L, -2, m->name);
  }
  return 1;
}
