/*
** core.imap: the grammar of IMAP (imap_response.c).
*/
#include <lauxlib.h>
#include <lua.h>

#include "bind/imap_response.h"

int sat_bind_imap(lua_State *L);

int sat_bind_imap(lua_State *L) {
  sat_bind_imap_types(L);
  lua_newtable(L);
  luaL_setfuncs(L, sat_bind_imap_wire, 0);
  luaL_setfuncs(L, sat_bind_imap_names, 0);
  return 1;
}
