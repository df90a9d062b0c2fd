/*
** The error record as scripts see it: nil and a table { kind, message, code,
** retryable, retry_after }.  What was not said is absent.
*/
#ifndef sat_fail_h
#define sat_fail_h

#include <lua.h>

#include "base/error.h"

/* Pushes nil and the error table; returns 2, for `return sat_fail(L, e)`. */
int sat_fail(lua_State *L, const struct sat_error *e);

/* Pushes the error table alone ([-0,+1,m]). */
void sat_fail_push(lua_State *L, const struct sat_error *e);

#endif
