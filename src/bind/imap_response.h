/*
** A response of an IMAP server as a Lua table (the shapes are annotated in
** lua/satchel/meta/imap.lua), and the functions of core.imap that need no
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

/* Pushes nil and the error ([-0,+2,m]), which has as "response" what is known
** of the response that was refused; NULL: nothing.  Returns 2. */
int sat_bind_imap_fail(lua_State *L, const struct sat_error *err,
                       const struct sat_imap_response *r);

/* for luaL_setfuncs: parse, print, split, splitter (imap_wire.c), and set,
** utf7, quote, … (imap_names.c) */
extern const luaL_Reg sat_bind_imap_wire[], sat_bind_imap_names[];

/* The types of userdata that these functions make ([-0,+0,m]). */
void sat_bind_imap_types(lua_State *L);

#endif
