/*
** What the functions of core.mime share.
*/
#ifndef sat_bind_mime_charsets_h
#define sat_bind_mime_charsets_h

#include <lua.h>

#include "format/mime_charset.h"

/* the conversions of this Lua state, made when first asked for; they live as
** long as the state */
struct sat_charsets *sat_bind_charsets(lua_State *L);

/* the string at arg, or an empty slice where it is nil; throws otherwise */
struct sat_slice sat_bind_slice(lua_State *L, int arg);

/* The parts of core.mime: each adds its functions to the table at the top. */
void sat_bind_mime_message(lua_State *L);
void sat_bind_mime_transfer(lua_State *L);
void sat_bind_mime_spool(lua_State *L);
void sat_bind_mime_encode(lua_State *L);

#define SAT_SPOOL "satchel.spool"

/* Pushes the list of { name =, email = } ([-0,+1,m]). */
struct sat_address;
void sat_bind_push_addresses(lua_State *L, const struct sat_address *a);

#endif
