/*
** SASL for Lua, a part of core.net.
*/
#ifndef sat_bind_sasl_h
#define sat_bind_sasl_h

#include <lua.h>

/* core.net.sasl(request), core.net.sasl_has(mechanism) */
int sat_bind_sasl(lua_State *L);
int sat_bind_sasl_has(lua_State *L);

void sat_bind_sasl_type(lua_State *L);

#endif
