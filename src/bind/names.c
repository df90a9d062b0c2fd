/*
** core.names: canonical names of properties, property sets, types and error
** codes.  What is unknown is nil.
*/
#include "wire/names.h"

#include <lauxlib.h>
#include <lua.h>

#include "wire/value.h"

int sat_bind_names(lua_State *L);

static uint32_t check_u32(lua_State *L, int arg) {
  lua_Integer v = luaL_checkinteger(L, arg);
  luaL_argcheck(L, v >= INT32_MIN && v <= (lua_Integer)UINT32_MAX, arg,
                "32 bits expected");
  return (uint32_t)v;
}

static void check_guid(lua_State *L, int arg, struct sat_guid *g_r) {
  size_t n;
  const char *s = luaL_checklstring(L, arg, &n);
  luaL_argcheck(L, sat_guid_parse(s, n, g_r), arg, "GUID expected");
}

static void push_guid(lua_State *L, const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  lua_pushstring(L, text);
}

/* tag("PidTagSubject") -> integer | nil */
static int names_tag(lua_State *L) {
  uint32_t tag = sat_tag_by_name(luaL_checkstring(L, 1));
  if (tag != 0) lua_pushinteger(L, (lua_Integer)tag);
  else lua_pushnil(L);
  return 1;
}

/* name(tag) -> "PidTagSubject" | nil */
static int names_name(lua_State *L) {
  lua_pushstring(L, sat_tag_name(check_u32(L, 1)));
  return 1;
}

static void push_named(lua_State *L, const struct sat_named *p) {
  struct sat_guid g = {{0}};
  lua_createtable(L, 0, 5);
  sat_set_by_name(p->set, &g);
  push_guid(L, &g);
  lua_setfield(L, -2, "guid");
  lua_pushstring(L, p->set);
  lua_setfield(L, -2, "set");
  if (p->text != NULL) lua_pushstring(L, p->text);
  else lua_pushinteger(L, (lua_Integer)p->lid);
  lua_setfield(L, -2, p->text != NULL ? "name" : "lid");
  lua_pushinteger(L, p->type);
  lua_setfield(L, -2, "type");
  lua_pushstring(L, p->name);
  lua_setfield(L, -2, "canonical");
}

/* named("PidLidTaskDueDate") or named(guid, lid | name)
**   -> { canonical =, guid =, set =, lid = | name =, type = } | nil */
static int names_named(lua_State *L) {
  const struct sat_named *p;
  struct sat_guid g;
  if (lua_isnoneornil(L, 2)) {
    p = sat_named_by_name(luaL_checkstring(L, 1));
  } else {
    check_guid(L, 1, &g);
    p = lua_type(L, 2) == LUA_TNUMBER
            ? sat_named_by_lid(&g, check_u32(L, 2))
            : sat_named_by_text(&g, luaL_checkstring(L, 2));
  }
  if (p != NULL) push_named(L, p);
  else lua_pushnil(L);
  return 1;
}

/* set("PSETID_Task") -> guid | nil */
static int names_set(lua_State *L) {
  struct sat_guid g;
  if (sat_set_by_name(luaL_checkstring(L, 1), &g)) push_guid(L, &g);
  else lua_pushnil(L);
  return 1;
}

/* set_name(guid) -> "PSETID_Task" | nil */
static int names_set_name(lua_State *L) {
  struct sat_guid g;
  check_guid(L, 1, &g);
  lua_pushstring(L, sat_set_name(&g));
  return 1;
}

/* type("Time") -> 0x0040 | nil */
static int names_type(lua_State *L) {
  int type = sat_type_by_name(luaL_checkstring(L, 1));
  if (type >= 0) lua_pushinteger(L, type);
  else lua_pushnil(L);
  return 1;
}

/* type_name(0x0040) -> "Time" | nil */
static int names_type_name(lua_State *L) {
  uint32_t type = check_u32(L, 1);
  lua_pushstring(L, type <= UINT16_MAX ? sat_type_name((uint16_t)type) : NULL);
  return 1;
}

/* error_name(code) -> "NotFound" | nil */
static int names_error_name(lua_State *L) {
  lua_pushstring(L, sat_code_name(check_u32(L, 1)));
  return 1;
}

/* error_kind(code) -> "not_found" */
static int names_error_kind(lua_State *L) {
  lua_pushstring(L, sat_error_kind_name(sat_code_kind(check_u32(L, 1))));
  return 1;
}

/* error_code("NotFound") -> code | nil */
static int names_error_code(lua_State *L) {
  uint32_t code;
  if (sat_code_by_name(luaL_checkstring(L, 1), &code))
    lua_pushinteger(L, (lua_Integer)code);
  else
    lua_pushnil(L);
  return 1;
}

/* nearest("PidTagSubjekt") -> "PidTagSubject" | nil */
static int names_nearest(lua_State *L) {
  lua_pushstring(L, sat_property_nearest(luaL_checkstring(L, 1)));
  return 1;
}

int sat_bind_names(lua_State *L) {
  static const luaL_Reg functions[] = {{"tag", names_tag},
                                       {"name", names_name},
                                       {"named", names_named},
                                       {"set", names_set},
                                       {"set_name", names_set_name},
                                       {"type", names_type},
                                       {"type_name", names_type_name},
                                       {"error_name", names_error_name},
                                       {"error_kind", names_error_kind},
                                       {"error_code", names_error_code},
                                       {"nearest", names_nearest},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
