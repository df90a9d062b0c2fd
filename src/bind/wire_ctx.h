/*
** What the functions of core.wire share: the context argument
** { columns = { tags }, private = true, dialect = "rop" }, of which each part
** may be absent, and the two outcomes of a conversion.
*/
#ifndef sat_wire_ctx_h
#define sat_wire_ctx_h

#include <lua.h>

#include "bind/conv.h"
#include "bind/scratch.h"
#include "wire/rop.h"
#include "wire/schema.h"

/* The context at 'arg', or throws; its columns are in the scratch arena. */
struct sat_wire_ctx sat_wire_ctx_check(lua_State *L, int arg,
                                       struct sat_scratch *s);

/* "request" or "response" at 'arg', or throws */
enum sat_dir sat_wire_dir_check(lua_State *L, int arg);

/* The optional position at 'arg' puts the reader there; throws if it is
** outside. */
void sat_wire_reader_init(lua_State *L, int bytes, int pos,
                          struct sat_scratch *s, struct sat_reader *r);

/* The bytes in the scratch buffer as a string, or nil and an error, whose
** text begins with 'what' ([-0,+1|2,m]). */
int sat_wire_bytes(lua_State *L, struct sat_scratch *s, const char *what);

#endif
