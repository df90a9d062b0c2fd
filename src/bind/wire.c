/*
** core.wire: the wire formats as Lua tables.
*/
#include <lauxlib.h>
#include <lua.h>

int sat_bind_wire(lua_State *L);
void sat_bind_ropbuf(lua_State *L);
void sat_bind_wire_rop(lua_State *L);
void sat_bind_wire_body(lua_State *L);
void sat_bind_wire_struct(lua_State *L);

int sat_bind_wire(lua_State *L) {
  lua_newtable(L);
  sat_bind_ropbuf(L);
  sat_bind_wire_rop(L);
  sat_bind_wire_body(L);
  sat_bind_wire_struct(L);
  return 1;
}
