/*
** core.wire: the structures that stand within messages, and in the values of
** properties, each by itself: "restriction", "property_row", "sort_order",
** "entry_id" and every other kind of the schema.
*/
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "bind/wire_ctx.h"
#include "wire/kinds.h"

void sat_bind_wire_struct(lua_State *L);

static unsigned check_kind(lua_State *L, int arg) {
  const char *name = luaL_checkstring(L, arg);
  unsigned kind = 0;
  while (kind < SAT_KINDS && strcmp(sat_kind_of(kind)->name, name) != 0)
    kind++;
  if (kind == SAT_KINDS) luaL_error(L, "no structure is called '%s'", name);
  return kind;
}

static void *new_value(lua_State *L, struct sat_scratch *s, unsigned kind) {
  void *v = sat_arena_alloc(&s->arena, sat_kind_of(kind)->size);
  if (v == NULL) luaL_error(L, "not enough memory");
  return v;
}

/* encode_struct(name, value [, ctx]) -> bytes | nil, err */
static int struct_encode(lua_State *L) {
  unsigned kind = check_kind(L, 1);
  const char *name = sat_kind_of(kind)->name;
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  luaL_checkany(L, 2);
  lua_settop(L, 3);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 3, s);
  v = new_value(L, s, kind);
  sat_check_kind(&(struct sat_check){L, &s->arena, &s->err, 0}, 2, name,
                 kind, v, &ctx);
  if (s->err.kind == SAT_OK) sat_kind_encode(&s->buf, kind, v, &ctx);
  return sat_wire_bytes(L, s, name);
}

/* The structure that the string at index 2 is; NULL after an error. */
static void *decode(lua_State *L, unsigned kind, struct sat_scratch *s,
                    const struct sat_wire_ctx *ctx) {
  void *v = new_value(L, s, kind);
  struct sat_reader r;
  sat_wire_reader_init(L, 2, 0, s, &r);
  sat_reader_push(&r, sat_kind_of(kind)->name, -1);
  sat_kind_decode(&r, kind, v, ctx);
  if (sat_reader_left(&r) > 0)
    sat_reader_fail(&r, "%zu bytes behind it", sat_reader_left(&r));
  return sat_reader_ok(&r) ? v : NULL;
}

/* decode_struct(name, bytes [, ctx]) -> value | nil, err */
static int struct_decode(lua_State *L) {
  unsigned kind = check_kind(L, 1);
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  lua_settop(L, 3);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 3, s);
  v = decode(L, kind, s, &ctx);
  if (v == NULL) return sat_scratch_fail(L, s);
  sat_push_kind(L, kind, v, &ctx);
  sat_scratch_free(s);
  return 1;
}

/* print_struct(name, bytes [, ctx]) -> text | nil, err */
static int struct_print(lua_State *L) {
  unsigned kind = check_kind(L, 1);
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  lua_settop(L, 3);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 3, s);
  v = decode(L, kind, s, &ctx);
  if (v == NULL) return sat_scratch_fail(L, s);
  sat_kind_print(&s->buf, kind, v, &ctx);
  return sat_scratch_string(L, s);
}

/* random_struct(name, seed [, ctx]) -> bytes: any well-formed one */
static int struct_random(lua_State *L) {
  unsigned kind = check_kind(L, 1);
  uint64_t seed = (uint64_t)luaL_checkinteger(L, 2);
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  lua_settop(L, 3);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 3, s);
  v = new_value(L, s, kind);
  sat_kind_random(&s->arena, &seed, kind, v, &ctx);
  sat_kind_encode(&s->buf, kind, v, &ctx);
  return sat_wire_bytes(L, s, sat_kind_of(kind)->name);
}

/* structs() -> list of names */
static int struct_list(lua_State *L) {
  lua_createtable(L, SAT_KINDS, 0);
  for (unsigned kind = 0; kind < SAT_KINDS; kind++) {
    lua_pushstring(L, sat_kind_of(kind)->name);
    lua_rawseti(L, -2, (lua_Integer)kind + 1);
  }
  return 1;
}

void sat_bind_wire_struct(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"structs", struct_list},         {"encode_struct", struct_encode},
      {"decode_struct", struct_decode}, {"print_struct", struct_print},
      {"random_struct", struct_random}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
