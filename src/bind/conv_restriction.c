/* Restrictions as Lua tables: { type = "and", … } with the restrictions
** inside at 1, 2, …; { type = "property", relop = "eq", tag =, value = }. */
#include <lauxlib.h>
#include <string.h>

#include "bind/conv_value.h"

static void push_valued(lua_State *L, const struct sat_restriction *res) {
  sat_put_integer(L, "tag", res->tag);
  if (res->value.tag == 0) return; /* the address book left it out */
  sat_push_property(L, &res->value);
  lua_setfield(L, -2, "value");
}

static void push_relop(lua_State *L, const struct sat_restriction *res) {
  lua_pushstring(L, sat_relop_name(res->op));
  lua_setfield(L, -2, "relop");
}

static void push_fields(lua_State *L, const struct sat_restriction *res) {
  switch (res->type) {
    case SAT_RES_CONTENT:
      sat_put_integer(L, "fuzzy_level_low", res->fuzzy & 0xffff);
      sat_put_integer(L, "fuzzy_level_high", res->fuzzy >> 16);
      push_valued(L, res);
      break;
    case SAT_RES_PROPERTY:
      push_relop(L, res);
      push_valued(L, res);
      break;
    case SAT_RES_COMPARE_PROPERTIES:
      push_relop(L, res);
      sat_put_integer(L, "tag1", res->tag);
      sat_put_integer(L, "tag2", res->tag2);
      break;
    case SAT_RES_BITMASK:
      sat_put_bool(L, "nonzero", res->op == SAT_BMR_NEZ);
      sat_put_integer(L, "tag", res->tag);
      sat_put_integer(L, "mask", res->number);
      break;
    case SAT_RES_SIZE:
      push_relop(L, res);
      sat_put_integer(L, "tag", res->tag);
      sat_put_integer(L, "size", res->number);
      break;
    case SAT_RES_EXIST: sat_put_integer(L, "tag", res->tag); break;
    case SAT_RES_SUBOBJECT: sat_put_integer(L, "subobject", res->tag); break;
    case SAT_RES_COMMENT:
      sat_push_properties(L, &res->values);
      lua_setfield(L, -2, "values");
      break;
    case SAT_RES_COUNT: sat_put_integer(L, "count", res->number); break;
    default: break;
  }
}

void sat_push_restriction(lua_State *L, const struct sat_restriction *res) {
  luaL_checkstack(L, 8, NULL);
  lua_createtable(L, (int)res->n, 4);
  lua_pushstring(L, sat_restriction_name(res->type));
  lua_setfield(L, -2, "type");
  push_fields(L, res);
  for (uint32_t i = 0; i < res->n; i++) {
    sat_push_restriction(L, &res->children[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void need_u32(struct sat_check *c, int idx, const char *name,
                     uint32_t *v_r) {
  if (!sat_field(c, idx, name)) sat_check_type(c, -1, name, "an integer");
  lua_pop(c->L, 1);
  sat_field_u32(c, idx, name, v_r);
}

static void check_relop(struct sat_check *c, int idx,
                        struct sat_restriction *res) {
  const char *name = sat_field_name(c, idx, "relop");
  int op = sat_relop_by_name(name);
  if (op < 0) sat_error_set(c->err, SAT_E_INVALID, "relop: \"%s\"", name);
  res->op = (uint8_t)(op < 0 ? 0 : op);
}

static bool is_property(struct sat_check *c, int idx) {
  bool tagged;
  if (!lua_istable(c->L, idx)) return false;
  tagged = sat_field(c, idx, "tag");
  lua_pop(c->L, 1);
  return tagged;
}

/* value = { tag =, value = }, or a plain value of the property's own type */
static void check_valued(struct sat_check *c, int idx,
                         struct sat_restriction *res) {
  need_u32(c, idx, "tag", &res->tag);
  sat_field(c, idx, "value");
  if (is_property(c, -1)) {
    sat_check_property(c, -1, &res->value);
  } else {
    res->value.tag = res->tag;
    sat_check_value(c, -1, SAT_TAG_TYPE(res->tag), &res->value.value);
  }
  lua_pop(c->L, 1);
}

static void check_content(struct sat_check *c, int idx,
                          struct sat_restriction *res) {
  uint32_t low = 0, high = 0;
  sat_field_u32(c, idx, "fuzzy_level_low", &low);
  sat_field_u32(c, idx, "fuzzy_level_high", &high);
  if (low > UINT16_MAX || high > UINT16_MAX)
    sat_error_set(c->err, SAT_E_INVALID, "fuzzy level is out of range");
  res->fuzzy = high << 16 | low;
  check_valued(c, idx, res);
}

static void check_fields(struct sat_check *c, int idx,
                         struct sat_restriction *res) {
  bool nonzero = false;
  switch (res->type) {
    case SAT_RES_CONTENT: check_content(c, idx, res); break;
    case SAT_RES_PROPERTY:
      check_relop(c, idx, res);
      check_valued(c, idx, res);
      break;
    case SAT_RES_COMPARE_PROPERTIES:
      check_relop(c, idx, res);
      need_u32(c, idx, "tag1", &res->tag);
      need_u32(c, idx, "tag2", &res->tag2);
      break;
    case SAT_RES_BITMASK:
      sat_field_bool(c, idx, "nonzero", &nonzero);
      res->op = nonzero ? SAT_BMR_NEZ : SAT_BMR_EQZ;
      need_u32(c, idx, "tag", &res->tag);
      need_u32(c, idx, "mask", &res->number);
      break;
    case SAT_RES_SIZE:
      check_relop(c, idx, res);
      need_u32(c, idx, "tag", &res->tag);
      need_u32(c, idx, "size", &res->number);
      break;
    case SAT_RES_EXIST: need_u32(c, idx, "tag", &res->tag); break;
    case SAT_RES_SUBOBJECT: need_u32(c, idx, "subobject", &res->tag); break;
    case SAT_RES_COMMENT:
      if (sat_field(c, idx, "values"))
        sat_check_properties(c, -1, &res->values);
      lua_pop(c->L, 1);
      break;
    case SAT_RES_COUNT: need_u32(c, idx, "count", &res->number); break;
    default: break;
  }
}

static void check_children(struct sat_check *c, int idx,
                           struct sat_restriction *res) {
  bool many = res->type == SAT_RES_AND || res->type == SAT_RES_OR;
  lua_Unsigned n = lua_rawlen(c->L, idx);
  if (!many && !sat_restriction_nests(res->type)) n = 0;
  if (!many && sat_restriction_nests(res->type) &&
      (n > 1 || (n == 0 && res->type != SAT_RES_COMMENT)))
    sat_error_set(c->err, SAT_E_INVALID, "%s: one restriction expected",
                  sat_restriction_name(res->type));
  res->children = sat_check_array(c, n, sizeof *res->children);
  res->n = res->children != NULL ? (uint32_t)n : 0;
  for (uint32_t i = 0; i < res->n && sat_check_ok(c); i++) {
    lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
    sat_check_restriction(c, -1, &res->children[i]);
    lua_pop(c->L, 1);
  }
}

int sat_check_restriction(struct sat_check *c, int idx,
                          struct sat_restriction *res_r) {
  const char *name;
  int type;
  memset(res_r, 0, sizeof *res_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "restriction")) return -1;
  name = sat_field_name(c, idx, "type");
  type = sat_restriction_by_name(name);
  if (type < 0)
    sat_error_set(c->err, SAT_E_INVALID, "unknown restriction \"%s\"", name);
  res_r->type = (uint8_t)(type < 0 ? SAT_RES_EXIST : type);
  if (sat_check_down(c)) check_fields(c, idx, res_r);
  if (sat_check_ok(c)) check_children(c, idx, res_r);
  sat_check_up(c);
  return sat_check_ok(c) ? 0 : -1;
}
