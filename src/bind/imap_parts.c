#include "bind/imap_parts.h"

#include <lauxlib.h>

static int wrong_part(lua_State *L, struct sat_imap_queue *q,
                      const char *what) {
  sat_imap_queue_abandon(q);
  return luaL_error(L, "a part of a command is %s", what);
}

static bool flag(lua_State *L, const char *name) {
  bool v;
  lua_getfield(L, -1, name);
  v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

/* the literal of the table at the top */
static int add_literal(lua_State *L, struct sat_imap_queue *q,
                       struct sat_error *err) {
  bool binary = flag(L, "binary");
  lua_Integer size;
  size_t n;
  const char *p;
  if (lua_getfield(L, -1, "literal") == LUA_TSTRING) {
    p = lua_tolstring(L, -1, &n);
    lua_pop(L, 1); /* the table keeps it */
    return sat_imap_queue_literal(q, p, n, binary, err);
  }
  lua_getfield(L, -2, "size");
  size = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1;
  lua_pop(L, 2);
  if (size < 0) return wrong_part(L, q, "no literal and no size");
  return sat_imap_queue_promise(q, (uint64_t)size, binary, err);
}

/* the part at the top */
static int add_part(lua_State *L, struct sat_imap_queue *q,
                    struct sat_error *err) {
  size_t n;
  const char *p;
  if (lua_istable(L, -1)) return add_literal(L, q, err);
  if (!lua_isstring(L, -1)) return wrong_part(L, q, luaL_typename(L, -1));
  p = lua_tolstring(L, -1, &n);
  return sat_imap_queue_text(q, p, n, err);
}

static int add_parts(lua_State *L, int arg, struct sat_imap_queue *q,
                     struct sat_error *err) {
  lua_Integer n;
  int r = 0;
  if (!lua_istable(L, arg)) {
    lua_pushvalue(L, arg);
    return add_part(L, q, err);
  }
  n = (lua_Integer)lua_rawlen(L, arg);
  for (lua_Integer i = 1; i <= n && r == 0; i++) {
    lua_rawgeti(L, arg, i);
    r = add_part(L, q, err);
    lua_pop(L, 1);
  }
  return r;
}

uint32_t sat_bind_imap_send(lua_State *L, int arg, bool dialogue,
                            struct sat_imap_queue *q,
                            struct sat_error *err) {
  uint32_t number;
  arg = lua_absindex(L, arg);
  sat_imap_queue_abandon(q); /* what a lack of memory left behind */
  number = sat_imap_queue_begin(q, err);
  if (number == 0 || add_parts(L, arg, q, err) < 0 ||
      sat_imap_queue_end(q, dialogue, err) < 0)
    return 0;
  return number;
}

static size_t limit(lua_State *L, int arg, const char *name) {
  lua_Integer v;
  lua_getfield(L, arg, name);
  v = luaL_optinteger(L, -1, 0);
  if (v < 0) luaL_error(L, "limit '%s' is %I", name, v);
  lua_pop(L, 1);
  return (size_t)v;
}

void sat_bind_imap_limits(lua_State *L, int arg, struct sat_imap_queue *q) {
  if (lua_isnoneornil(L, arg)) return;
  luaL_checktype(L, arg, LUA_TTABLE);
  q->split.max_line = limit(L, arg, "line");
  q->split.max_literal = limit(L, arg, "literal");
  q->split.max_response = limit(L, arg, "response");
}

void sat_bind_imap_set(lua_State *L, int arg, struct sat_imap_queue *q) {
  static const char *const names[] = {"sync", "minus", "plus", NULL};
  luaL_checktype(L, arg, LUA_TTABLE); /* ORDER sat_imap_literals */
  if (lua_getfield(L, arg, "literals") != LUA_TNIL)
    q->literals =
        (enum sat_imap_literals)luaL_checkoption(L, -1, NULL, names);
  if (lua_getfield(L, arg, "utf8") != LUA_TNIL)
    q->parse.utf8 = lua_toboolean(L, -1);
  lua_pop(L, 2);
}
