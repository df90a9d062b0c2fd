/*
** core.imap: the grammar of IMAP (imap_response.c) and the commands in flight
** on a stream (imap_connection.c).
*/
#include <lauxlib.h>
#include <lua.h>

#include "bind/imap_connection.h"
#include "bind/imap_queue.h"
#include "bind/imap_response.h"

int sat_bind_imap(lua_State *L);

int sat_bind_imap(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"connection", sat_bind_imap_connection},
      {"queue", sat_bind_imap_queue},
      {NULL, NULL}};
  sat_bind_imap_types(L);
  sat_bind_imap_connection_type(L);
  sat_bind_imap_queue_type(L);
  lua_newtable(L);
  luaL_setfuncs(L, sat_bind_imap_wire, 0);
  luaL_setfuncs(L, sat_bind_imap_names, 0);
  luaL_setfuncs(L, functions, 0);
  return 1;
}
