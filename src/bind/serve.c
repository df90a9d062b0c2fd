/*
** core.serve: the sandbox's listener.  A listener is driven by its owner:
** wait for fd() at most timeout() seconds, then run(), then next() until nil.
** An exchange that is collected without an answer drops its connection.
*/
#include <lauxlib.h>
#include <lua.h>

#include "base/secret.h"
#include "bind/box.h"
#include "bind/fail.h"
#include "net/selfsigned.h"
#include "serve/listener.h"

#define LISTENER "satchel.core.listener"
#define EXCHANGE "satchel.core.exchange"

int sat_bind_serve(lua_State *L);

static void release_listener(void *p) {
  struct sat_listener *l = p;
  sat_listener_close(&l);
}

static void release_exchange(void *p) {
  struct sat_exchange *x = p;
  sat_exchange_drop(&x);
}

static const char *opt_field(lua_State *L, const char *name) {
  lua_getfield(L, 1, name); /* stays on the stack, which keeps the text */
  return luaL_optstring(L, -1, NULL);
}

static lua_Integer opt_number(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  return luaL_optinteger(L, -1, 0);
}

/* listen{host=, port=, cert=PEM, key=PEM, max_body=, connections=} */
static int serve_listen(lua_State *L) {
  struct sat_listener_options o = {0};
  struct sat_error err = {0};
  struct sat_box *b;
  luaL_checktype(L, 1, LUA_TTABLE);
  o.host = opt_field(L, "host");
  o.port = (uint16_t)opt_number(L, "port");
  o.cert_pem = opt_field(L, "cert");
  o.key_pem = opt_field(L, "key");
  o.max_body = (size_t)opt_number(L, "max_body");
  o.connections = (unsigned)opt_number(L, "connections");
  b = sat_box_new(L, LISTENER, 0);
  b->release = release_listener;
  b->obj = sat_listener_open(&o, &err);
  return b->obj != NULL ? 1 : sat_fail(L, &err);
}

static int listener_port(lua_State *L) {
  lua_pushinteger(L, sat_listener_port(sat_box_check(L, 1, LISTENER)));
  return 1;
}

static int listener_fd(lua_State *L) {
  lua_pushinteger(L, sat_listener_fd(sat_box_check(L, 1, LISTENER)));
  return 1;
}

/* seconds, or nil: no need */
static int listener_timeout(lua_State *L) {
  double s = sat_listener_timeout(sat_box_check(L, 1, LISTENER));
  if (s < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, s);
  return 1;
}

static int listener_run(lua_State *L) {
  sat_listener_run(sat_box_check(L, 1, LISTENER));
  return 0;
}

static int listener_next(lua_State *L) {
  struct sat_listener *l = sat_box_check(L, 1, LISTENER);
  struct sat_box *b = sat_box_new(L, EXCHANGE, 1);
  b->release = release_exchange;
  b->obj = sat_listener_next(l);
  if (b->obj == NULL) lua_pushnil(L);
  return 1;
}

static void push_headers(lua_State *L, const struct sat_exchange *x) {
  struct sat_header h;
  lua_newtable(L);
  for (size_t i = 0; sat_exchange_header(x, i, &h); i++) {
    lua_createtable(L, 2, 0);
    lua_pushstring(L, h.name);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, h.value);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* exchange:request() -> {method, url, headers = list of {name, value}, body} */
static int exchange_request(lua_State *L) {
  const struct sat_exchange *x = sat_box_check(L, 1, EXCHANGE);
  struct sat_bytes body = sat_exchange_body(x);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, sat_exchange_method(x));
  lua_setfield(L, -2, "method");
  lua_pushstring(L, sat_exchange_url(x));
  lua_setfield(L, -2, "url");
  push_headers(L, x);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, body.n > 0 ? (const char *)body.p : "", body.n);
  lua_setfield(L, -2, "body");
  return 1;
}

/* the headers at index 3 as an array in a userdata on top of the stack; the
** texts stay alive in the table */
static struct sat_header *read_headers(lua_State *L, size_t *n_r) {
  size_t n = lua_istable(L, 3) ? (size_t)lua_rawlen(L, 3) : 0;
  struct sat_header *h = lua_newuserdatauv(L, (n + 1) * sizeof *h, 0);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, 3, (lua_Integer)i + 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "header %d is no pair of strings", (int)i + 1);
    h[i].name = lua_tostring(L, -2);
    h[i].value = lua_tostring(L, -1);
    lua_pop(L, 3);
  }
  *n_r = n;
  return h;
}

/* exchange:answer(status, headers, body [, cut]) closes the exchange */
static int exchange_answer(lua_State *L) {
  struct sat_box *b = luaL_checkudata(L, 1, EXCHANGE);
  struct sat_exchange *x = sat_box_check(L, 1, EXCHANGE);
  unsigned status = (unsigned)luaL_checkinteger(L, 2);
  size_t n, size;
  const char *body = luaL_optlstring(L, 4, "", &size);
  int64_t cut = luaL_optinteger(L, 5, -1);
  struct sat_header *h = read_headers(L, &n);
  struct sat_bytes bytes = {(const uint8_t *)body, (uint32_t)size};
  b->obj = NULL;
  sat_exchange_answer(&x, status, h, n, bytes, cut);
  return 0;
}

static const luaL_Reg listener_methods[] = {
    {"port", listener_port},       {"fd", listener_fd},
    {"timeout", listener_timeout}, {"run", listener_run},
    {"next", listener_next},       {"close", sat_box_close},
    {NULL, NULL}};

static const luaL_Reg exchange_methods[] = {{"request", exchange_request},
                                            {"answer", exchange_answer},
                                            {"drop", sat_box_close},
                                            {NULL, NULL}};

/* certificate([name = "localhost"]) -> PEM, PEM of the key; valid a year */
static int serve_certificate(lua_State *L) {
  const char *name = luaL_optstring(L, 1, "localhost");
  struct sat_buf cert = {0}, key = {0};
  struct sat_error err = {0};
  int made = sat_selfsigned_make(name, 365, &cert, &key, &err);
  if (made == 0) {
    lua_pushlstring(L, (const char *)cert.p, cert.n);
    lua_pushlstring(L, (const char *)key.p, key.n);
  }
  sat_secret_wipe(key.p, key.n);
  sat_buf_free(&cert);
  sat_buf_free(&key);
  return made == 0 ? 2 : sat_fail(L, &err);
}

static const luaL_Reg functions[] = {{"listen", serve_listen},
                                     {"certificate", serve_certificate},
                                     {NULL, NULL}};

int sat_bind_serve(lua_State *L) {
  sat_box_type(L, LISTENER, listener_methods);
  sat_box_type(L, EXCHANGE, exchange_methods);
  luaL_newlib(L, functions);
  return 1;
}
