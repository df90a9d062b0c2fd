/*
** core.wire: the bodies of MAPI over HTTP as Lua tables.
*/
#include <lauxlib.h>
#include <lua.h>

#include "bind/wire_ctx.h"
#include "wire/mapihttp.h"

void sat_bind_wire_body(lua_State *L);

static const struct sat_body *check_body(lua_State *L, int arg) {
  const char *name = luaL_checkstring(L, arg);
  const struct sat_body *body = sat_body_by_name(name);
  if (body == NULL) luaL_error(L, "no body is called '%s'", name);
  return body;
}

/* encode_body(dir, name, fields) -> bytes | nil, err */
static int body_encode(lua_State *L) {
  enum sat_dir dir = sat_wire_dir_check(L, 1);
  const struct sat_body *body = check_body(L, 2);
  struct sat_scratch *s;
  void *v;
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  s = sat_scratch_new(L);
  v = sat_arena_alloc(&s->arena, body->dir[dir].size);
  if (v == NULL) return luaL_error(L, "not enough memory");
  sat_check_layout(&(struct sat_check){L, &s->arena, &s->err, 0}, 3,
                   body->name, body->dir[dir].ops(), v, &sat_body_ctx);
  if (s->err.kind == SAT_OK) sat_body_encode(&s->buf, body, dir, v);
  return sat_wire_bytes(L, s, body->name);
}

struct decoded {
  enum sat_dir dir;
  const struct sat_body *body;
  struct sat_scratch *s;
  void *v; /* the body's struct; NULL: it could not be read */
};

/* (dir, name, bytes) */
static struct decoded decode(lua_State *L) {
  struct sat_reader r;
  struct decoded d = {sat_wire_dir_check(L, 1), check_body(L, 2), NULL, NULL};
  lua_settop(L, 3);
  d.s = sat_scratch_new(L);
  sat_wire_reader_init(L, 3, 0, d.s, &r);
  d.v = sat_body_decode(&r, d.body, d.dir);
  return d;
}

/* decode_body(dir, name, bytes) -> fields | nil, err */
static int body_decode(lua_State *L) {
  struct decoded d = decode(L);
  if (d.v == NULL) return sat_scratch_fail(L, d.s);
  sat_push_layout(L, d.body->dir[d.dir].ops(), d.v, &sat_body_ctx);
  sat_scratch_free(d.s);
  return 1;
}

/* print_body(dir, name, bytes) -> text | nil, err */
static int body_print(lua_State *L) {
  struct decoded d = decode(L);
  if (d.v == NULL) return sat_scratch_fail(L, d.s);
  sat_body_print(&d.s->buf, d.body, d.dir, d.v);
  return sat_scratch_string(L, d.s);
}

/* random_body(dir, name, seed) -> bytes: any well-formed one */
static int body_random(lua_State *L) {
  enum sat_dir dir = sat_wire_dir_check(L, 1);
  const struct sat_body *body = check_body(L, 2);
  uint64_t seed = (uint64_t)luaL_checkinteger(L, 3);
  struct sat_scratch *s = sat_scratch_new(L);
  void *v = sat_body_random(&s->arena, &seed, body, dir);
  if (v == NULL) return luaL_error(L, "not enough memory");
  sat_body_encode(&s->buf, body, dir, v);
  return sat_wire_bytes(L, s, body->name);
}

/* bodies() -> list of { name =, type =, section =, endpoint = } */
static int body_list(lua_State *L) {
  size_t n;
  const struct sat_body *all = sat_bodies(&n);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_createtable(L, 0, 4);
    lua_pushstring(L, all[i].name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, all[i].type);
    lua_setfield(L, -2, "type");
    lua_pushstring(L, all[i].section);
    lua_setfield(L, -2, "section");
    lua_pushstring(L, all[i].endpoint == SAT_ENDPOINT_NSPI ? "nspi"
                                                           : "emsmdb");
    lua_setfield(L, -2, "endpoint");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

void sat_bind_wire_body(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"bodies", body_list},        {"encode_body", body_encode},
      {"decode_body", body_decode}, {"print_body", body_print},
      {"random_body", body_random}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
