/*
** core.imap.connection: the commands in flight on a byte stream
** (mail/imap_queue.h), as Lua drives them.
*/
#ifndef sat_bind_imap_connection_h
#define sat_bind_imap_connection_h

#include <lua.h>

/* connection(stream [, limits]) -> userdata */
int sat_bind_imap_connection(lua_State *L);

void sat_bind_imap_connection_type(lua_State *L);

#endif
