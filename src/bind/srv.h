/*
** SRV queries as Lua sees them; a part of core.net.
*/
#ifndef sat_bind_srv_h
#define sat_bind_srv_h

#include <lua.h>

void sat_bind_srv_type(lua_State *L);

/* core.net.srv(name [, seconds [, servers]]) -> operation | nil, err */
int sat_bind_srv(lua_State *L);

#endif
