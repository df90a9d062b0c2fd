/*
** Property values and what is made of them as Lua values, both ways.
** Integers are integers, text is UTF-8, PtypString8 and bytes are strings,
** GUIDs are text, times are FILETIME integers, multi-valued properties are
** lists, a value of type Unspecified is { type =, value = }; a property is
** { tag =, value = }; a row is a table keyed by tag, where an absent value
** is missing or has its reason as row[id << 16 | 0x000a].
**
** Pushes are [-0,+1,m].  Checks record the first mistake (kind "invalid")
** in the error and return -1; what they give points into the arena and into
** strings of the table, so it lasts no longer than the table does.
*/
#ifndef sat_conv_value_h
#define sat_conv_value_h

#include "bind/conv_field.h"
#include "wire/entryid.h"
#include "wire/recipient.h"
#include "wire/restriction.h"
#include "wire/row.h"
#include "wire/rules.h"
#include "wire/value.h"

/* PtypNull and an absent value are nil */
void sat_push_value(lua_State *L, const struct sat_value *v);
void sat_push_property(lua_State *L, const struct sat_property *p);
void sat_push_properties(lua_State *L, const struct sat_properties *ps);
void sat_push_row(lua_State *L, const struct sat_row *row);
void sat_push_restriction(lua_State *L, const struct sat_restriction *res);
void sat_push_recipient(lua_State *L, const struct sat_recipient *rcpt);
void sat_push_actions(lua_State *L, const struct sat_actions *as);
void sat_push_entry_id(lua_State *L, const struct sat_entry_id *e);

int sat_check_value(struct sat_check *c, int idx, uint16_t type,
                    struct sat_value *v_r);
int sat_check_property(struct sat_check *c, int idx, struct sat_property *p_r);
int sat_check_properties(struct sat_check *c, int idx,
                         struct sat_properties *ps_r);
int sat_check_row(struct sat_check *c, int idx, struct sat_columns columns,
                  enum sat_dialect dialect, struct sat_row *row_r);
int sat_check_restriction(struct sat_check *c, int idx,
                          struct sat_restriction *res_r);
/* A recipient takes all columns unless its column_count says otherwise. */
int sat_check_recipient(struct sat_check *c, int idx,
                        struct sat_columns columns,
                        struct sat_recipient *rcpt_r);
int sat_check_actions(struct sat_check *c, int idx, struct sat_actions *as_r);
int sat_check_entry_id(struct sat_check *c, int idx,
                       struct sat_entry_id *e_r);

#endif
