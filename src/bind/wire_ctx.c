#include "bind/wire_ctx.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* the tags of the table on top of the stack */
static struct sat_columns check_columns(lua_State *L, int arg,
                                        struct sat_scratch *s) {
  size_t n = lua_rawlen(L, -1);
  uint32_t *tags;
  luaL_argcheck(L, n <= 0xffff, arg, "too many columns");
  tags = sat_arena_array(&s->arena, n, sizeof *tags);
  if (tags == NULL) luaL_error(L, "not enough memory");
  for (size_t i = 0; i < n; i++) {
    int is_integer;
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    tags[i] = (uint32_t)lua_tointegerx(L, -1, &is_integer);
    luaL_argcheck(L, is_integer, arg, "a column is no property tag");
    lua_pop(L, 1);
  }
  return (struct sat_columns){tags, (uint32_t)n};
}

struct sat_wire_ctx sat_wire_ctx_check(lua_State *L, int arg,
                                       struct sat_scratch *s) {
  static const char *const dialects[] = {"rop", "extended", "nspi", "fx",
                                         NULL}; /* ORDER sat_dialect */
  struct sat_wire_ctx ctx = {{NULL, 0}, false, SAT_DIALECT_ROP};
  if (lua_isnoneornil(L, arg)) return ctx;
  luaL_checktype(L, arg, LUA_TTABLE);
  if (lua_getfield(L, arg, "columns") == LUA_TTABLE)
    ctx.columns = check_columns(L, arg, s);
  else
    luaL_argcheck(L, lua_isnil(L, -1), arg, "'columns' is no table");
  if (lua_getfield(L, arg, "private") != LUA_TNIL)
    ctx.public_logon = !lua_toboolean(L, -1);
  if (lua_getfield(L, arg, "dialect") != LUA_TNIL)
    ctx.dialect = (enum sat_dialect)luaL_checkoption(L, -1, NULL, dialects);
  lua_pop(L, 3);
  return ctx;
}

enum sat_dir sat_wire_dir_check(lua_State *L, int arg) {
  static const char *const dirs[] = {"request", "response", NULL};
  return (enum sat_dir)luaL_checkoption(L, arg, NULL, dirs);
}

void sat_wire_reader_init(lua_State *L, int bytes, int pos,
                          struct sat_scratch *s, struct sat_reader *r) {
  size_t n;
  const char *p = luaL_checklstring(L, bytes, &n);
  lua_Integer at = pos != 0 ? luaL_optinteger(L, pos, 1) : 1;
  luaL_argcheck(L, at >= 1 && (lua_Unsigned)at <= n + 1, pos, "out of range");
  sat_reader_init(r, p, n, &s->arena, &s->err);
  r->p += at - 1;
}

/* "what: text" */
static void prefix(struct sat_error *e, const char *what) {
  char text[sizeof e->text];
  memcpy(text, e->text, sizeof text);
  snprintf(e->text, sizeof e->text, "%s: %.*s", what,
           (int)(sizeof text - strlen(what) - 3), text);
}

int sat_wire_bytes(lua_State *L, struct sat_scratch *s, const char *what) {
  if (s->err.kind == SAT_OK && s->buf.failed)
    sat_error_set(&s->err, SAT_E_INVALID, "a value is too large");
  if (s->err.kind == SAT_OK) return sat_scratch_string(L, s);
  prefix(&s->err, what);
  return sat_scratch_fail(L, s);
}
