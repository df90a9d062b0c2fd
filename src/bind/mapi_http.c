#include "bind/mapi_http.h"

#include <lauxlib.h>
#include <string.h>

#include "bind/fail.h"

#define MOST_HEADERS 256

static void push_headers(lua_State *L, const struct sat_buf *headers) {
  const char *s = (const char *)headers->p;
  const char *end = s + headers->n;
  lua_Integer n = 0;
  lua_newtable(L);
  for (; s < end; s += strlen(s) + 1) {
    lua_pushstring(L, s);
    lua_rawseti(L, -2, ++n);
  }
}

int sat_mapi_push_send(lua_State *L, const char *url,
                       const struct sat_mapi_request *q) {
  lua_pushliteral(L, "send");
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "POST");
  lua_setfield(L, -2, "method");
  lua_pushstring(L, url);
  lua_setfield(L, -2, "url");
  push_headers(L, &q->headers);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, q->body.n > 0 ? (const char *)q->body.p : "",
                  q->body.n);
  lua_setfield(L, -2, "body");
  return 2;
}

static void set_lost(lua_State *L, const struct sat_mapi_session *s) {
  lua_pushboolean(L, !s->connected);
  lua_setfield(L, -2, "lost");
}

int sat_mapi_push_failed(lua_State *L, const struct sat_mapi_session *s,
                         const struct sat_error *err) {
  lua_pushliteral(L, "done");
  lua_pushnil(L);
  sat_fail_push(L, err);
  set_lost(L, s);
  /* the engine's only conflict: a handle of an earlier connection */
  lua_pushboolean(L, err->kind == SAT_E_CONFLICT);
  lua_setfield(L, -2, "stale");
  return 3;
}

int sat_mapi_push_unanswered(lua_State *L, struct sat_mapi_session *s,
                             int arg) {
  if (lua_type(L, arg) != LUA_TTABLE)
    return luaL_argerror(L, arg, "a response, or nil and an error, expected");
  lua_pushliteral(L, "done");
  lua_pushnil(L);
  lua_pushvalue(L, arg);
  if (s == NULL) return 3;
  sat_mapi_session_lost(s);
  set_lost(L, s);
  return 3;
}

/* The value stays alive in its table. */
static struct sat_bytes field_bytes(lua_State *L, int t, lua_Integer i) {
  struct sat_bytes b = {NULL, 0};
  size_t n;
  lua_rawgeti(L, t, i);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "a header of a response is not { name, value }");
  b.p = (const uint8_t *)lua_tolstring(L, -1, &n);
  if (n > UINT32_MAX) luaL_error(L, "a header of a response is too long");
  b.n = (uint32_t)n;
  lua_pop(L, 1);
  return b;
}

static void read_headers(lua_State *L, int t, struct sat_scratch *scratch,
                         struct sat_mapi_http *http) {
  size_t n = (size_t)lua_rawlen(L, t);
  struct sat_mapi_header *h;
  if (n > MOST_HEADERS) n = MOST_HEADERS;
  h = sat_arena_array(&scratch->arena, n, sizeof *h);
  if (h == NULL) luaL_error(L, "not enough memory");
  for (size_t i = 0; i < n; i++) {
    if (lua_rawgeti(L, t, (lua_Integer)i + 1) != LUA_TTABLE)
      luaL_error(L, "a header of a response is not { name, value }");
    h[i].name = field_bytes(L, lua_gettop(L), 1);
    h[i].value = field_bytes(L, lua_gettop(L), 2);
    lua_pop(L, 1);
  }
  http->headers = h;
  http->n = n;
}

void sat_mapi_check_response(lua_State *L, int arg,
                             struct sat_scratch *scratch,
                             struct sat_mapi_http *http_r) {
  size_t n = 0;
  memset(http_r, 0, sizeof *http_r);
  luaL_checktype(L, arg, LUA_TTABLE);
  lua_getfield(L, arg, "status");
  http_r->status = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (lua_getfield(L, arg, "headers") == LUA_TTABLE)
    read_headers(L, lua_gettop(L), scratch, http_r);
  lua_pop(L, 1);
  lua_getfield(L, arg, "body");
  http_r->body.p = (const uint8_t *)lua_tolstring(L, -1, &n);
  if (n > UINT32_MAX) luaL_error(L, "the body of a response is too long");
  http_r->body.n = (uint32_t)n;
  lua_pop(L, 1); /* the table keeps it */
}
