/*
** Byte streams for Lua, a part of core.net, and for other bindings that put
** a protocol on them.
*/
#ifndef sat_bind_stream_h
#define sat_bind_stream_h

#include <lua.h>

#include "net/stream.h"

/* core.net.stream(request) */
int sat_bind_stream(lua_State *L);

void sat_bind_stream_type(lua_State *L);

/* The stream at an argument, or throws.  Hold its box as a parent. */
struct sat_stream *sat_bind_check_stream(lua_State *L, int arg);

/* Pushes nil and the error table of a stream, with hint, stage, server and
** closed; returns 2. */
int sat_bind_stream_fail(lua_State *L, const struct sat_stream *s);

#endif
