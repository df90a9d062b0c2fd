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

/* what a call (name, any [, ctx]) works on */
struct call {
  unsigned kind;
  const char *name;
  struct sat_scratch *scratch;
  struct sat_wire_ctx ctx;
  void *v; /* an empty one of that kind */
};

static struct call begin(lua_State *L) {
  struct call c = {.kind = check_kind(L, 1)};
  const struct sat_kind *kind = sat_kind_of(c.kind);
  c.name = kind->name;
  lua_settop(L, 3);
  c.scratch = sat_scratch_new(L);
  c.ctx = sat_wire_ctx_check(L, 3, c.scratch);
  c.v = sat_arena_alloc(&c.scratch->arena, kind->size);
  if (c.v == NULL) luaL_error(L, "not enough memory");
  return c;
}

/* encode_struct(name, value [, ctx]) -> bytes | nil, err */
static int struct_encode(lua_State *L) {
  struct call c;
  struct sat_scratch *s;
  luaL_checkany(L, 2);
  c = begin(L);
  s = c.scratch;
  sat_check_kind(&(struct sat_check){L, &s->arena, &s->err, 0}, 2, c.name,
                 c.kind, c.v, &c.ctx);
  if (s->err.kind == SAT_OK) sat_kind_encode(&s->buf, c.kind, c.v, &c.ctx);
  return sat_wire_bytes(L, s, c.name);
}

/* Reads the structure that the string at index 2 is. */
static bool decode(lua_State *L, struct call *c) {
  struct sat_reader r;
  sat_wire_reader_init(L, 2, 0, c->scratch, &r);
  sat_reader_push(&r, c->name, -1);
  sat_kind_decode(&r, c->kind, c->v, &c->ctx);
  if (sat_reader_left(&r) > 0)
    sat_reader_fail(&r, "%zu bytes behind it", sat_reader_left(&r));
  return sat_reader_ok(&r);
}

/* decode_struct(name, bytes [, ctx]) -> value | nil, err */
static int struct_decode(lua_State *L) {
  struct call c = begin(L);
  if (!decode(L, &c)) return sat_scratch_fail(L, c.scratch);
  sat_push_kind(L, c.kind, c.v, &c.ctx);
  sat_scratch_free(c.scratch);
  return 1;
}

/* print_struct(name, bytes [, ctx]) -> text | nil, err */
static int struct_print(lua_State *L) {
  struct call c = begin(L);
  if (!decode(L, &c)) return sat_scratch_fail(L, c.scratch);
  sat_kind_print(&c.scratch->buf, c.kind, c.v, &c.ctx);
  return sat_scratch_string(L, c.scratch);
}

/* random_struct(name, seed [, ctx]) -> bytes: any well-formed one */
static int struct_random(lua_State *L) {
  uint64_t seed = (uint64_t)luaL_checkinteger(L, 2);
  struct call c = begin(L);
  struct sat_scratch *s = c.scratch;
  sat_kind_random(&s->arena, &seed, c.kind, c.v, &c.ctx);
  sat_kind_encode(&s->buf, c.kind, c.v, &c.ctx);
  return sat_wire_bytes(L, s, c.name);
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
