#include "bind/conv_value.h"

#include <lauxlib.h>
#include <string.h>

/*
** {======================================================
** Pushing
** =======================================================
*/

static void push_multi(lua_State *L, const struct sat_value *v) {
  luaL_checkstack(L, 4, NULL);
  lua_createtable(L, (int)v->u.multi.n, 0);
  for (uint32_t i = 0; i < v->u.multi.n; i++) {
    const struct sat_value *one = &v->u.multi.v[i];
    if (one->type == SAT_T_NULL)
      lua_pushliteral(L, ""); /* a list has no holes */
    else
      sat_push_value(L, one);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void sat_push_value(lua_State *L, const struct sat_value *v) {
  if (v->type & SAT_MV) {
    push_multi(L, v);
    return;
  }
  switch (v->type) {
    case SAT_T_INTEGER16:
    case SAT_T_INTEGER32:
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY: lua_pushinteger(L, v->u.i); break;
    case SAT_T_TIME: lua_pushinteger(L, (lua_Integer)v->u.time); break;
    case SAT_T_FLOATING32:
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME: lua_pushnumber(L, v->u.d); break;
    case SAT_T_ERROR: lua_pushinteger(L, v->u.error); break;
    case SAT_T_BOOLEAN: lua_pushboolean(L, v->u.b); break;
    case SAT_T_STRING: sat_push_utf16(L, v->u.bytes); break;
    case SAT_T_STRING8:
    case SAT_T_BINARY:
    case SAT_T_SERVER_ID:
    case SAT_T_OBJECT: sat_push_bytes(L, v->u.bytes); break;
    case SAT_T_GUID: sat_push_guid_text(L, &v->u.guid); break;
    case SAT_T_RESTRICTION:
      sat_push_restriction(L, v->u.restriction);
      break;
    case SAT_T_RULE_ACTION: sat_push_actions(L, v->u.actions); break;
    default: lua_pushnil(L);
  }
}

static void push_typed(lua_State *L, const struct sat_value *v) {
  lua_createtable(L, 0, 2);
  sat_put_integer(L, "type", v->type);
  sat_push_value(L, v);
  lua_setfield(L, -2, "value");
}

void sat_push_property(lua_State *L, const struct sat_property *p) {
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, 2);
  sat_put_integer(L, "tag", p->tag);
  if (SAT_TAG_TYPE(p->tag) == SAT_T_UNSPECIFIED)
    push_typed(L, &p->value);
  else
    sat_push_value(L, &p->value);
  lua_setfield(L, -2, "value");
}

void sat_push_properties(lua_State *L, const struct sat_properties *ps) {
  luaL_checkstack(L, 4, NULL);
  lua_createtable(L, (int)ps->n, 0);
  for (uint32_t i = 0; i < ps->n; i++) {
    sat_push_property(L, &ps->p[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* An error stands under its own type; so does a value whose column has none. */
static void set_column(lua_State *L, uint32_t tag, const struct sat_value *v) {
  if (v->type == SAT_T_NULL) return;
  if (v->type == SAT_T_ERROR || SAT_TAG_TYPE(tag) == SAT_T_UNSPECIFIED)
    tag = SAT_TAG(SAT_TAG_ID(tag), v->type);
  sat_push_value(L, v);
  lua_rawseti(L, -2, tag);
}

void sat_push_row(lua_State *L, const struct sat_row *row) {
  luaL_checkstack(L, 4, NULL);
  lua_createtable(L, 0, (int)row->columns.n);
  for (uint32_t i = 0; i < row->columns.n; i++)
    set_column(L, row->columns.tags[i], &row->values[i]);
}

/* }====================================================== */

/*
** {======================================================
** Checking
** =======================================================
*/

static void check_number(struct sat_check *c, int idx, struct sat_value *v) {
  if (lua_type(c->L, idx) != LUA_TNUMBER)
    sat_check_type(c, idx, sat_type_name(v->type), "a number");
  v->u.d = lua_tonumber(c->L, idx);
}

static void check_boolean(struct sat_check *c, int idx, struct sat_value *v) {
  if (!lua_isboolean(c->L, idx))
    sat_check_type(c, idx, "Boolean", "a boolean");
  v->u.b = lua_toboolean(c->L, idx);
}

static void check_single(struct sat_check *c, int idx, struct sat_value *v) {
  const char *what = sat_type_name(v->type);
  switch (v->type) {
    case SAT_T_NULL: break;
    case SAT_T_INTEGER16:
      v->u.i = sat_check_integer(c, idx, what, INT16_MIN, UINT16_MAX);
      break;
    case SAT_T_INTEGER32:
      v->u.i = sat_check_integer(c, idx, what, INT32_MIN, UINT32_MAX);
      break;
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY:
      v->u.i = sat_check_integer(c, idx, what, INT64_MIN, INT64_MAX);
      break;
    case SAT_T_TIME:
      v->u.time =
          (uint64_t)sat_check_integer(c, idx, what, INT64_MIN, INT64_MAX);
      break;
    case SAT_T_FLOATING32:
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME: check_number(c, idx, v); break;
    case SAT_T_ERROR:
      v->u.error =
          (uint32_t)sat_check_integer(c, idx, what, INT32_MIN, UINT32_MAX);
      break;
    case SAT_T_BOOLEAN: check_boolean(c, idx, v); break;
    case SAT_T_STRING:
    case SAT_T_STRING8:
      v->u.bytes = sat_check_text(c, idx, what, v->type == SAT_T_STRING);
      break;
    case SAT_T_BINARY:
    case SAT_T_SERVER_ID:
    case SAT_T_OBJECT: v->u.bytes = sat_check_bytes(c, idx, what); break;
    case SAT_T_GUID: sat_check_guid(c, idx, what, &v->u.guid); break;
    case SAT_T_RESTRICTION:
      v->u.restriction = sat_check_array(c, 1, sizeof *v->u.restriction);
      if (v->u.restriction != NULL)
        sat_check_restriction(c, idx, v->u.restriction);
      break;
    case SAT_T_RULE_ACTION:
      v->u.actions = sat_check_array(c, 1, sizeof *v->u.actions);
      if (v->u.actions != NULL) sat_check_actions(c, idx, v->u.actions);
      break;
    default: break;
  }
}

static void check_multi(struct sat_check *c, int idx, struct sat_value *v) {
  lua_Unsigned n;
  if (!sat_check_table(c, idx, sat_type_name(v->type))) return;
  n = lua_rawlen(c->L, idx);
  v->u.multi.v = sat_check_array(c, n, sizeof *v->u.multi.v);
  v->u.multi.n = v->u.multi.v != NULL ? (uint32_t)n : 0;
  for (uint32_t i = 0; i < v->u.multi.n && sat_check_ok(c); i++) {
    v->u.multi.v[i].type = v->type & (uint16_t)~SAT_MV;
    lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
    check_single(c, -1, &v->u.multi.v[i]);
    lua_pop(c->L, 1);
  }
}

/* { type =, value = } */
static void check_typed(struct sat_check *c, int idx, struct sat_value *v) {
  uint32_t type = SAT_T_UNSPECIFIED;
  if (!sat_check_table(c, idx, "a value of a type of its own")) return;
  sat_field_u32(c, idx, "type", &type);
  if (type == SAT_T_UNSPECIFIED || type > UINT16_MAX)
    sat_error_set(c->err, SAT_E_INVALID, "type: unknown");
  sat_field(c, idx, "value");
  if (sat_check_ok(c)) sat_check_value(c, -1, (uint16_t)type, v);
  lua_pop(c->L, 1);
}

int sat_check_value(struct sat_check *c, int idx, uint16_t type,
                    struct sat_value *v_r) {
  idx = lua_absindex(c->L, idx);
  memset(v_r, 0, sizeof *v_r);
  type = sat_type_of_column(type);
  v_r->type = type;
  if (!sat_check_down(c)) goto out;
  if (!sat_type_known(type))
    sat_error_set(c->err, SAT_E_INVALID, "unknown type 0x%04x", type);
  else if (type == SAT_T_UNSPECIFIED)
    check_typed(c, idx, v_r);
  else if (type & SAT_MV)
    check_multi(c, idx, v_r);
  else
    check_single(c, idx, v_r);
out:
  sat_check_up(c);
  return sat_check_ok(c) ? 0 : -1;
}

/* a mistake in a value is told with its tag */
static void name_tag(struct sat_check *c, uint32_t tag) {
  char text[sizeof c->err->text];
  struct sat_error *e = c->err;
  enum sat_error_kind kind = e->kind;
  if (kind == SAT_OK || strncmp(e->text, "0x", 2) == 0) return;
  memcpy(text, e->text, sizeof text);
  sat_error_clear(e);
  sat_error_set(e, kind, "0x%08x: %.300s", (unsigned)tag, text);
}

int sat_check_property(struct sat_check *c, int idx,
                       struct sat_property *p_r) {
  memset(p_r, 0, sizeof *p_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "property")) return -1;
  if (!sat_field(c, idx, "tag")) sat_check_type(c, -1, "tag", "an integer");
  lua_pop(c->L, 1);
  sat_field_u32(c, idx, "tag", &p_r->tag);
  sat_field(c, idx, "value");
  if (sat_check_ok(c)) {
    sat_check_value(c, -1, SAT_TAG_TYPE(p_r->tag), &p_r->value);
    name_tag(c, p_r->tag);
  }
  lua_pop(c->L, 1);
  return sat_check_ok(c) ? 0 : -1;
}

int sat_check_properties(struct sat_check *c, int idx,
                         struct sat_properties *ps_r) {
  lua_Unsigned n;
  memset(ps_r, 0, sizeof *ps_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "properties")) return -1;
  n = lua_rawlen(c->L, idx);
  ps_r->p = sat_check_array(c, n, sizeof *ps_r->p);
  ps_r->n = ps_r->p != NULL ? (uint32_t)n : 0;
  for (uint32_t i = 0; i < ps_r->n && sat_check_ok(c); i++) {
    lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
    sat_check_property(c, -1, &ps_r->p[i]);
    lua_pop(c->L, 1);
  }
  return sat_check_ok(c) ? 0 : -1;
}

/* Pushes the value of any tag with this id, errors aside, and returns its
** type; nothing and UNSPECIFIED if there is none. */
static uint16_t find_untyped(struct sat_check *c, int idx, uint16_t id) {
  lua_pushnil(c->L);
  while (lua_next(c->L, idx)) {
    uint32_t tag = lua_isinteger(c->L, -2)
                       ? (uint32_t)lua_tointeger(c->L, -2)
                       : 0;
    if (tag != 0 && SAT_TAG_ID(tag) == id) {
      lua_remove(c->L, -2);
      return SAT_TAG_TYPE(tag);
    }
    lua_pop(c->L, 1);
  }
  return SAT_T_UNSPECIFIED;
}

/* Pushes the value of a column ([-0,+1]) and says of which type it is. */
static uint16_t find_column(struct sat_check *c, int idx, uint32_t tag) {
  uint16_t type = SAT_TAG_TYPE(tag);
  if (type == SAT_T_UNSPECIFIED) {
    type = find_untyped(c, idx, SAT_TAG_ID(tag));
    if (type != SAT_T_UNSPECIFIED) return type;
  } else {
    if (lua_rawgeti(c->L, idx, tag) != LUA_TNIL) return type;
    lua_pop(c->L, 1);
    tag = SAT_TAG(SAT_TAG_ID(tag), SAT_T_ERROR);
    if (lua_rawgeti(c->L, idx, tag) != LUA_TNIL) return SAT_T_ERROR;
    lua_pop(c->L, 1);
  }
  lua_pushnil(c->L);
  return SAT_T_NULL;
}

int sat_check_row(struct sat_check *c, int idx, struct sat_columns columns,
                  enum sat_dialect dialect, struct sat_row *row_r) {
  memset(row_r, 0, sizeof *row_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "row")) return -1;
  luaL_checkstack(c->L, 4, NULL);
  row_r->values = sat_check_array(c, columns.n, sizeof *row_r->values);
  if (row_r->values != NULL) row_r->columns = columns;
  for (uint32_t i = 0; i < row_r->columns.n && sat_check_ok(c); i++) {
    uint16_t type = find_column(c, idx, columns.tags[i]);
    sat_check_value(c, -1, type, &row_r->values[i]);
    name_tag(c, columns.tags[i]);
    lua_pop(c->L, 1);
  }
  sat_row_flag(row_r, dialect);
  return sat_check_ok(c) ? 0 : -1;
}

/* }====================================================== */
