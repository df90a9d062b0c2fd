/*
** Fields of a Lua table as C values, for the checks of what a script hands
** over.  A field that is nil leaves the value as it was.  Mistakes go into
** the error record, where the first one stays: test once, at the end.  No
** metamethod is called.  Bytes point into the string, which lives as long as
** the table that the caller holds.
*/
#ifndef sat_conv_field_h
#define sat_conv_field_h

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/guid.h"

/* what a check works with */
struct sat_check {
  lua_State *L;
  struct sat_arena *arena;
  struct sat_error *err;
  unsigned depth;
};

bool sat_check_ok(const struct sat_check *c);

/* Records "WHAT: …", what kind of thing came in place of 'expected'. */
void sat_check_type(struct sat_check *c, int idx, const char *what,
                    const char *expected);

/* whether idx is a table; one level of nesting down, and up again */
bool sat_check_table(struct sat_check *c, int idx, const char *what);
bool sat_check_down(struct sat_check *c);
void sat_check_up(struct sat_check *c);

/* memory from the arena, or NULL after recording an error */
void *sat_check_array(struct sat_check *c, size_t n, size_t size);

/* the value at idx */
int64_t sat_check_integer(struct sat_check *c, int idx, const char *what,
                          int64_t least, int64_t most);
struct sat_bytes sat_check_bytes(struct sat_check *c, int idx,
                                 const char *what);
/* UTF-8 as UTF-16LE in the arena; 8-bit text as it is; NUL is refused */
struct sat_bytes sat_check_text(struct sat_check *c, int idx,
                                const char *what, bool utf16);
void sat_check_guid(struct sat_check *c, int idx, const char *what,
                    struct sat_guid *g_r);

/* Pushes a field ([-0,+1,m]); true if it is not nil. */
bool sat_field(struct sat_check *c, int idx, const char *name);

void sat_field_u32(struct sat_check *c, int idx, const char *name,
                   uint32_t *v_r);
void sat_field_u64(struct sat_check *c, int idx, const char *name,
                   uint64_t *v_r);
void sat_field_bool(struct sat_check *c, int idx, const char *name,
                    bool *v_r);
/* these tell whether the field was there */
bool sat_field_bytes(struct sat_check *c, int idx, const char *name,
                     struct sat_bytes *v_r);
bool sat_field_text(struct sat_check *c, int idx, const char *name, bool utf16,
                    struct sat_bytes *v_r);
bool sat_field_guid(struct sat_check *c, int idx, const char *name,
                    struct sat_guid *v_r);
/* the text of a field that must be a string; "" after a mistake */
const char *sat_field_name(struct sat_check *c, int idx, const char *name);

/* Pushing a field of the table on top ([-0,+0,m]). */
void sat_put_integer(lua_State *L, const char *name, int64_t v);
void sat_put_bool(lua_State *L, const char *name, bool v);
void sat_put_bytes(lua_State *L, const char *name, struct sat_bytes v);
void sat_put_text(lua_State *L, const char *name, struct sat_bytes v,
                  bool utf16);
void sat_put_guid(lua_State *L, const char *name, const struct sat_guid *v);

/* UTF-16LE as UTF-8, bytes as they are, a GUID as text ([-0,+1,m]) */
void sat_push_utf16(lua_State *L, struct sat_bytes text);
void sat_push_bytes(lua_State *L, struct sat_bytes bytes);
void sat_push_guid_text(lua_State *L, const struct sat_guid *g);

#endif
