/*
** A command as Lua writes it: text, or a list of parts, each of them text,
** { literal = bytes, binary = } or { size = n, binary = }, the promise of a
** literal.  Other fields of a part are the caller's own.
*/
#ifndef sat_bind_imap_parts_h
#define sat_bind_imap_parts_h

#include <lua.h>

#include "mail/imap_queue.h"

/* Queues the command at 'arg': its number, or 0 with the error set.  Throws
** if there is something else in it; the queue is then as before. */
uint32_t sat_bind_imap_send(lua_State *L, int arg, bool dialogue,
                            struct sat_imap_queue *q, struct sat_error *err);

/* The limits in the table at 'arg', if there is one: line, literal, response,
** in bytes. */
void sat_bind_imap_limits(lua_State *L, int arg, struct sat_imap_queue *q);

/* set{ literals=, utf8= } of the table at 'arg' */
void sat_bind_imap_set(lua_State *L, int arg, struct sat_imap_queue *q);

#endif
