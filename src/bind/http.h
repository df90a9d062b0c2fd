/*
** HTTP requests as Lua sees them; a part of core.net.
*/
#ifndef sat_bind_http_h
#define sat_bind_http_h

#include <lua.h>

void sat_bind_http_type(lua_State *L);

/* core.net.http(request) -> operation | nil, err */
int sat_bind_http(lua_State *L);

#endif
