#include "bind/imap_response.h"

int sat_bind_imap_push(lua_State *L, const struct sat_imap_response *r) {
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, (lua_Integer)r->type);
  lua_setfield(L, -2, "type");
  return 1;
}

const luaL_Reg sat_bind_imap_wire[] = {{NULL, NULL}};
