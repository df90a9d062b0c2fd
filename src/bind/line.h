/*
** What the bindings of SMTP and POP3 have in common: a client's side in a box
** whose parent is the stream that it speaks on.  Without a stream it is fed
** by hand, and its output is asked for.  All of these are about the box at
** index 1.
*/
#ifndef sat_bind_line_h
#define sat_bind_line_h

#include <lua.h>

#include "base/buf.h"
#include "base/error.h"

/* A box with a client of 'size' bytes, zeroed; the argument at 1 is the
** stream, if there is one.  The top of the stack. */
void *sat_bind_line_new(lua_State *L, const char *tname, size_t size,
                        void (*release)(void *client));

/* The number called 'name' in the table of limits at 'arg'; 0: none. */
size_t sat_bind_line_limit(lua_State *L, int arg, const char *name);

/* Puts what is to be written on the stream; without one it stays.  Pushes
** true, or nil and the error. */
int sat_bind_line_written(lua_State *L, struct sat_buf *out);

/* Takes one event off the bytes and pushes it: > 0; 0 none yet; -1 after
** recording an error.  *used_r are the bytes consumed, in all cases. */
typedef int sat_line_read(lua_State *L, void *client, const uint8_t *p,
                          size_t n, size_t *used_r, struct sat_error *err);

/* step() -> true, event | false | nil, err: off the stream */
int sat_bind_line_step(lua_State *L, void *client, sat_line_read *read);

/* feed(bytes) -> event, rest | false, rest | nil, err: what is left over is
** given again with more */
int sat_bind_line_feed(lua_State *L, void *client, sat_line_read *read);

/* output() -> bytes that are to be written, without a stream */
int sat_bind_line_output(lua_State *L, struct sat_buf *out);

/* token(), cancel(): the stream's, for who waits for an event */
int sat_bind_line_token(lua_State *L);
int sat_bind_line_cancel(lua_State *L);

#endif
