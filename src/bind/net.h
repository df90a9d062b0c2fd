/*
** What other bindings need of the loop: there is one per Lua state.
*/
#ifndef sat_bind_net_h
#define sat_bind_net_h

#include <lua.h>

#include "net/loop.h"

/* The loop of this Lua state, made when first asked for; throws if that
** fails.  It lives as long as the state; hold it by sat_loop_ref. */
struct sat_loop *sat_bind_loop(lua_State *L);

/* Pushes the loop's box ([-0,+1,e]), to be held as a parent. */
void sat_bind_push_loop(lua_State *L);

#endif
