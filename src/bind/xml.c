/*
** core.xml: an XML document as nested Lua tables,
** { name =, space =, text =, attr = {}, [1..n] = children }.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "format/xml.h"

#define ARENA "satchel.xml_arena"

int sat_bind_xml(lua_State *L);

static void push_element(lua_State *L, const struct sat_xml_element *e) {
  luaL_checkstack(L, 6, "XML");
  lua_createtable(L, 0, 4);
  lua_pushstring(L, e->name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, e->space);
  lua_setfield(L, -2, "space");
  lua_pushstring(L, e->text);
  lua_setfield(L, -2, "text");
  lua_newtable(L);
  for (const struct sat_xml_attribute *a = e->attributes; a; a = a->next) {
    lua_pushstring(L, a->value);
    lua_setfield(L, -2, a->name);
  }
  lua_setfield(L, -2, "attr");
  lua_Integer i = 0;
  for (const struct sat_xml_element *c = e->children; c; c = c->next) {
    push_element(L, c);
    lua_rawseti(L, -2, ++i);
  }
}

static void arena_free(void *obj) {
  sat_arena_reset(obj);
  free(obj);
}

/* an arena that a throw cannot leak ([-0,+1,m]) */
static struct sat_arena *arena_new(lua_State *L, struct sat_box **box_r) {
  struct sat_box *box = sat_box_new(L, ARENA, 0);
  box->obj = calloc(1, sizeof(struct sat_arena));
  if (box->obj == NULL) luaL_error(L, "out of memory");
  box->release = arena_free;
  *box_r = box;
  return box->obj;
}

/* parse(text) -> root element | nil, err */
static int xml_parse(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_box *box;
  struct sat_arena *arena = arena_new(L, &box);
  struct sat_error err = {0};
  struct sat_xml_element *root = NULL;
  struct sat_xml_limits limits = {0};
  if (sat_xml_parse(s, n, limits, arena, &err, &root) < 0)
    return sat_fail(L, &err);
  push_element(L, root);
  arena_free(arena);
  box->obj = NULL;
  return 1;
}

int sat_bind_xml(lua_State *L) {
  static const luaL_Reg functions[] = {{"parse", xml_parse}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{NULL, NULL}};
  sat_box_type(L, ARENA, methods);
  luaL_newlib(L, functions);
  return 1;
}
