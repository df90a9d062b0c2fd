/*
** core.imap.queue: mail/imap_queue.h without a stream, for specs and for who
** carries the bytes himself.
*/
#ifndef sat_bind_imap_queue_h
#define sat_bind_imap_queue_h

#include <lua.h>

/* queue([limits]) -> userdata */
int sat_bind_imap_queue(lua_State *L);

void sat_bind_imap_queue_type(lua_State *L);

#endif
