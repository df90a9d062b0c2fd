/*
** Parts of IMAP responses as Lua values.  sat_imap_set_… sets a field of the
** table on top of the stack, or leaves it absent where the response says
** nothing ([-0,+0,m]).
*/
#ifndef sat_imap_push_h
#define sat_imap_push_h

#include <lauxlib.h>
#include <lua.h>

#include "wire/imap_response.h"

void sat_imap_push_text(lua_State *L, struct sat_bytes text);
void sat_imap_set_text(lua_State *L, const char *key, struct sat_bytes text);
void sat_imap_set_integer(lua_State *L, const char *key, int64_t v);
void sat_imap_set_number(lua_State *L, const char *key,
                         struct sat_imap_number v);
/* key = the name in UTF-8, raw_key = as it came */
void sat_imap_set_name(lua_State *L, const char *key, const char *raw_key,
                       const struct sat_imap_name *name);

/* [1..n] of the table on top */
void sat_imap_fill_words(lua_State *L, const struct sat_imap_word *w);
void sat_imap_set_words(lua_State *L, const char *key,
                        const struct sat_imap_word *w);
/* a table of what the pairs say; NIL is absent */
void sat_imap_set_pairs(lua_State *L, const char *key,
                        const struct sat_imap_pair *pair);
/* the same, if there is any */
void sat_imap_set_extra(lua_State *L, const struct sat_imap_pair *pair);

/* imap_fetch.c: fills the table of a FETCH response */
void sat_imap_fill_fetch(lua_State *L, const struct sat_imap_fetch *f);

#endif
