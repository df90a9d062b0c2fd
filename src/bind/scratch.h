/*
** Working memory of one binding call: a growing buffer, an arena and an error
** record in one userdata, so that a throw in the middle leaks nothing.  It
** stays on the stack while it is used and is emptied as soon as the result
** has been pushed.
*/
#ifndef sat_scratch_h
#define sat_scratch_h

#include <lua.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct sat_scratch {
  struct sat_buf buf;
  struct sat_arena arena;
  struct sat_error err;
};

/* a new one ([-0,+1,m]) */
struct sat_scratch *sat_scratch_new(lua_State *L);

/* Frees what it holds. */
void sat_scratch_free(struct sat_scratch *s);

/* Pushes what is in the buffer as a string and frees all; throws if the
** buffer has failed ([-0,+1,e]).  Returns 1. */
int sat_scratch_string(lua_State *L, struct sat_scratch *s);

/* Frees all and pushes nil and the error; returns 2 ([-0,+2,m]). */
int sat_scratch_fail(lua_State *L, struct sat_scratch *s);

#endif
