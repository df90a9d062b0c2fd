/*
** core.wire: the ROPs as Lua tables.
*/
#include <lauxlib.h>
#include <lua.h>

#include "bind/conv_value.h"
#include "bind/wire_ctx.h"
#include "wire/rop.h"

void sat_bind_wire_rop(lua_State *L);

static const struct sat_rop *check_rop(lua_State *L, enum sat_dir dir,
                                       int arg) {
  const char *name = luaL_checkstring(L, arg);
  const struct sat_rop *rop = sat_rop_by_name(name);
  if (rop == NULL) luaL_error(L, "no ROP is called '%s'", name);
  if (!rop->dir[dir].exists)
    luaL_error(L, "%s has no %s", name,
               dir == SAT_REQUEST ? "request" : "response");
  return rop;
}

/* encode_rop(dir, name, fields [, ctx]) -> bytes | nil, err */
static int rop_encode(lua_State *L) {
  enum sat_dir dir = sat_wire_dir_check(L, 1);
  const struct sat_rop *rop = check_rop(L, dir, 2);
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 4, s);
  v = sat_arena_alloc(&s->arena, rop->dir[dir].size);
  if (v == NULL) return luaL_error(L, "not enough memory");
  sat_check_layout(&(struct sat_check){L, &s->arena, &s->err, 0}, 3,
                   rop->name, rop->dir[dir].ops(), v, &ctx);
  if (s->err.kind == SAT_OK) sat_rop_encode(&s->buf, rop, dir, v, &ctx);
  return sat_wire_bytes(L, s, rop->name);
}

static void push_rop(lua_State *L, const struct sat_rop *rop, enum sat_dir dir,
                     const void *v, const struct sat_wire_ctx *ctx) {
  sat_push_layout(L, rop->dir[dir].ops(), v, ctx);
  lua_pushstring(L, rop->name);
  lua_setfield(L, -2, "rop");
}

/* what the arguments (dir, bytes [, pos [, ctx]]) hold */
struct decoded {
  enum sat_dir dir;
  struct sat_scratch *scratch;
  struct sat_wire_ctx ctx;
  const struct sat_rop *rop;
  void *v;          /* NULL after an error */
  lua_Integer next; /* the position behind it */
};

static struct decoded decode(lua_State *L) {
  struct decoded d = {.dir = sat_wire_dir_check(L, 1)};
  struct sat_reader r;
  lua_settop(L, 4);
  d.scratch = sat_scratch_new(L);
  d.ctx = sat_wire_ctx_check(L, 4, d.scratch);
  sat_wire_reader_init(L, 2, 3, d.scratch, &r);
  d.v = sat_rop_decode(&r, d.dir, &d.ctx, &d.rop);
  d.next = r.p - r.start + 1;
  return d;
}

/* decode_rop(dir, bytes [, pos [, ctx]]) -> fields, next pos | nil, err */
static int rop_decode(lua_State *L) {
  struct decoded d = decode(L);
  if (d.v == NULL) return sat_scratch_fail(L, d.scratch);
  push_rop(L, d.rop, d.dir, d.v, &d.ctx);
  lua_pushinteger(L, d.next);
  sat_scratch_free(d.scratch);
  return 2;
}

/* print_rop(dir, bytes [, pos [, ctx]]) -> text, next pos | nil, err */
static int rop_print(lua_State *L) {
  struct decoded d = decode(L);
  if (d.v == NULL) return sat_scratch_fail(L, d.scratch);
  sat_rop_print(&d.scratch->buf, d.rop, d.dir, d.v, &d.ctx);
  sat_scratch_string(L, d.scratch);
  lua_pushinteger(L, d.next);
  return 2;
}

/* random_rop(dir, name, seed [, ctx]) -> bytes: any well-formed one */
static int rop_random(lua_State *L) {
  enum sat_dir dir = sat_wire_dir_check(L, 1);
  const struct sat_rop *rop = check_rop(L, dir, 2);
  uint64_t seed = (uint64_t)luaL_checkinteger(L, 3);
  struct sat_scratch *s;
  struct sat_wire_ctx ctx;
  void *v;
  lua_settop(L, 4);
  s = sat_scratch_new(L);
  ctx = sat_wire_ctx_check(L, 4, s);
  v = sat_rop_random(&s->arena, &seed, rop, dir, &ctx);
  if (v == NULL) return luaL_error(L, "not enough memory");
  sat_rop_encode(&s->buf, rop, dir, v, &ctx);
  return sat_wire_bytes(L, s, rop->name);
}

/* what a script calls the kind of a field */
static void push_field(lua_State *L, const struct sat_op *op, bool sometimes) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, op->name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, sat_kind_of(op->kind)->name);
  lua_setfield(L, -2, "kind");
  lua_pushboolean(L, op->code != SAT_OP_FIELD);
  lua_setfield(L, -2, "list");
  lua_pushboolean(L, sometimes);
  lua_setfield(L, -2, "sometimes");
}

/* rop_fields(dir, name) -> list of { name =, kind =, list =, sometimes = },
** in wire order: 'sometimes' for what other fields may leave out */
static int rop_fields(lua_State *L) {
  enum sat_dir dir = sat_wire_dir_check(L, 1);
  const struct sat_op *op = check_rop(L, dir, 2)->dir[dir].ops();
  const struct sat_op *end = op; /* of the group that op is in */
  lua_Integer n = 0;
  lua_newtable(L);
  for (; op->code != SAT_OP_END; op++) {
    if (op->code == SAT_OP_IF && op >= end) end = sat_schema_skip(op);
    if (op->code > SAT_OP_REST || op->flags & SAT_OP_HIDDEN) continue;
    push_field(L, op, op < end);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

static void put_flag(lua_State *L, const char *name, bool v) {
  lua_pushboolean(L, v);
  lua_setfield(L, -2, name);
}

static void push_info(lua_State *L, const struct sat_rop *rop) {
  enum sat_handles h = rop->handles;
  lua_createtable(L, 0, 8);
  lua_pushinteger(L, rop->id);
  lua_setfield(L, -2, "id");
  lua_pushinteger(L, rop->response_id);
  lua_setfield(L, -2, "response_id");
  lua_pushstring(L, rop->name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, rop->section);
  lua_setfield(L, -2, "section");
  put_flag(L, "request", rop->dir[SAT_REQUEST].exists);
  put_flag(L, "response", rop->dir[SAT_RESPONSE].exists);
  put_flag(L, "input", h != SAT_HANDLES_OUT && h != SAT_HANDLES_NONE);
  put_flag(L, "output", h == SAT_HANDLES_IN_OUT || h == SAT_HANDLES_OUT);
}

/* "input_handle_index", …: the fields of a request that are indexes */
static void put_indexes(lua_State *L, const struct sat_rop *rop) {
  static const char *const names[][3] = {/* ORDER sat_handles */
      {"input_handle_index"},
      {"input_handle_index", "output_handle_index"},
      {"output_handle_index"},
      {"source_handle_index", "dest_handle_index"},
      {"response_handle_index", "input_handle_index"},
      {NULL}};
  lua_newtable(L);
  for (int i = 0; names[rop->handles][i] != NULL; i++) {
    lua_pushstring(L, names[rop->handles][i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "handles");
}

/* rops() -> list of { id =, name =, section =, request =, response =, … } */
static int rop_list(lua_State *L) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (unsigned id = 0; id < 256; id++) {
    const struct sat_rop *rop = sat_rop_of(id);
    if (rop == NULL) continue;
    push_info(L, rop);
    put_indexes(L, rop);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

void sat_bind_wire_rop(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"rops", rop_list},         {"encode_rop", rop_encode},
      {"decode_rop", rop_decode}, {"print_rop", rop_print},
      {"random_rop", rop_random}, {"rop_fields", rop_fields},
      {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
