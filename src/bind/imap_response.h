/*
** A response of an IMAP server as a Lua table (the shapes are annotated in
** lua/satchel/meta.lua), and the functions of core.imap that need no
** connection.
*/
#ifndef sat_bind_imap_response_h
#define sat_bind_imap_response_h

#include <lauxlib.h>
#include <lua.h>

#include "wire/imap_response.h"

/* Pushes the table of one response ([-0,+1,m]); returns 1.  What it takes is
** copied: the response may go afterwards. */
int sat_bind_imap_push(lua_State *L, const struct sat_imap_response *r);

/* parse, print, split, …: for luaL_setfuncs */
extern const luaL_Reg sat_bind_imap_wire[];

#endif
