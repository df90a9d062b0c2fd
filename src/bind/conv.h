/*
** Messages of the schema as Lua tables, both ways.  A layout is a table with
** the names of its fields; a list is a list.  What a script need not say:
** RESERVED fields (never shown), the count of a list, the flag of a group
** that may be there, booleans that are false, lists that are empty.
** Every other field is required, and one that has no place is refused.
**
** Pushes are [-0,+1,m].  Checks record the first mistake (kind "invalid") in
** the error; what they give points into the arena and into strings of the
** table, so it lasts no longer than the table does.
*/
#ifndef sat_conv_h
#define sat_conv_h

#include <lua.h>

#include "bind/conv_field.h"
#include "wire/schema.h"

void sat_push_kind(lua_State *L, unsigned kind, const void *v,
                   const struct sat_wire_ctx *ctx);
void sat_push_layout(lua_State *L, const struct sat_op *ops, const void *base,
                     const struct sat_wire_ctx *ctx);

/* The value at idx (a positive index); 'what' names it in errors.  A layout
** ignores the key "rop". */
void sat_check_kind(struct sat_check *c, int idx, const char *what,
                    unsigned kind, void *v_r, const struct sat_wire_ctx *ctx);
void sat_check_layout(struct sat_check *c, int idx, const char *what,
                      const struct sat_op *ops, void *base_r,
                      const struct sat_wire_ctx *ctx);

/* What conv_kind.c knows of each kind that is no layout.  'push' pushes
** nil for what is absent; 'check' is not asked for a nil unless 'nil' says
** that the zeroed value means absent. */
struct sat_conv_kind {
  void (*push)(lua_State *L, const void *v);
  void (*check)(struct sat_check *c, int idx, const char *what, void *v_r,
                const struct sat_wire_ctx *ctx);
  bool absent; /* nil is allowed and leaves the value zeroed */
};

const struct sat_conv_kind *sat_conv_kind_of(unsigned kind);

#endif
