#include "bind/http.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/net.h"
#include "net/http.h"

#define HTTP "satchel.http"

static void http_release(void *obj) {
  struct sat_http *h = obj;
  sat_http_free(&h);
}

static struct sat_http *check_http(lua_State *L) {
  return sat_box_check(L, 1, HTTP);
}

/* The readers leave the value on the stack, so that strings stay alive
** until the request was made. */
static const char *text(lua_State *L, int t, const char *name) {
  int type = lua_getfield(L, t, name);
  if (type == LUA_TNIL) return NULL;
  if (type != LUA_TSTRING)
    luaL_error(L, "'%s' of a request is not a string", name);
  return lua_tostring(L, -1);
}

static double number(lua_State *L, int t, const char *name) {
  int type = lua_getfield(L, t, name);
  double v = lua_tonumber(L, -1);
  if ((type != LUA_TNIL && type != LUA_TNUMBER) || isnan(v) || v < 0)
    luaL_error(L, "'%s' of a request is not a number of 0 or more", name);
  lua_pop(L, 1);
  return v;
}

static size_t size(lua_State *L, int t, const char *name) {
  double v = number(L, t, name);
  return v > 1e15 ? (size_t)1e15 : (size_t)v;
}

static bool flag(lua_State *L, int t, const char *name) {
  bool v;
  lua_getfield(L, t, name);
  v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

static unsigned method_named(const char *s, size_t n) {
  for (unsigned m = SAT_AUTH_BASIC; m <= SAT_AUTH_NEGOTIATE; m *= 2) {
    const char *name = sat_http_method_name(m);
    if (strlen(name) == n && strncmp(name, s, n) == 0) return m;
  }
  return 0;
}

/* "basic,ntlm" */
static unsigned methods(lua_State *L, const char *s) {
  unsigned all = 0;
  while (*s != '\0') {
    size_t n = strcspn(s, ", ");
    unsigned m = method_named(s, n);
    if (n > 0 && m == 0)
      luaL_error(L, "unknown method in auth.methods: '%s'", s);
    all |= m;
    s += n + strspn(s + n, ", ");
  }
  return all;
}

static void read_auth(lua_State *L, int t, struct sat_http_request *r) {
  const char *named;
  if (lua_getfield(L, t, "auth") == LUA_TNIL) return;
  luaL_checktype(L, -1, LUA_TTABLE);
  t = lua_gettop(L);
  r->user = text(L, t, "user");
  r->password = text(L, t, "password");
  r->token = text(L, t, "token");
  named = text(L, t, "methods");
  if (named != NULL)
    r->methods = methods(L, named);
  else if (r->token != NULL)
    r->methods = SAT_AUTH_BEARER;
  else if (r->user != NULL)
    r->methods = SAT_AUTH_BASIC | SAT_AUTH_NTLM | SAT_AUTH_NEGOTIATE;
}

/* tls = false: clear text is allowed; a table: the policy */
static void read_tls(lua_State *L, int t, struct sat_tls *tls) {
  int type = lua_getfield(L, t, "tls");
  if (type == LUA_TNIL) return;
  if (type == LUA_TBOOLEAN) {
    tls->clear_allowed = !lua_toboolean(L, -1);
    return;
  }
  luaL_checktype(L, -1, LUA_TTABLE);
  t = lua_gettop(L);
  tls->ca = text(L, t, "ca");
  tls->cert = text(L, t, "cert");
  tls->key = text(L, t, "key");
  lua_getfield(L, t, "verify");
  tls->no_verify = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
}

static void read_headers(lua_State *L, int t, struct sat_http_request *r) {
  const char **list;
  if (lua_getfield(L, t, "headers") == LUA_TNIL) return;
  luaL_checktype(L, -1, LUA_TTABLE);
  t = lua_gettop(L);
  r->header_n = lua_rawlen(L, t);
  list = lua_newuserdatauv(L, (r->header_n + 1) * sizeof *list, 0);
  for (size_t i = 0; i < r->header_n; i++) {
    if (lua_rawgeti(L, t, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_error(L, "a header of a request is not a string");
    list[i] = lua_tostring(L, -1); /* the table keeps it */
    if (strlen(list[i]) != lua_rawlen(L, -1))
      luaL_error(L, "a header of a request has a NUL");
    lua_pop(L, 1);
  }
  r->headers = list;
}

static void read_body(lua_State *L, int t, struct sat_http_request *r) {
  r->body = text(L, t, "body");
  if (r->body != NULL) r->body_n = lua_rawlen(L, -1);
}

static void read_proxy(lua_State *L, int t, struct sat_http_request *r) {
  if (lua_getfield(L, t, "proxy") == LUA_TBOOLEAN)
    r->proxy = lua_toboolean(L, -1) ? NULL : "";
  else
    r->proxy = text(L, t, "proxy");
}

static void read_request(lua_State *L, int t, struct sat_http_request *r) {
  luaL_checktype(L, t, LUA_TTABLE);
  luaL_checkstack(L, 40, "a request");
  memset(r, 0, sizeof *r);
  r->method = text(L, t, "method");
  r->url = text(L, t, "url");
  if (r->method == NULL) r->method = "GET";
  if (r->url == NULL) luaL_error(L, "a request has no url");
  read_headers(L, t, r);
  read_body(L, t, r);
  read_auth(L, t, r);
  read_tls(L, t, &r->tls);
  read_proxy(L, t, r);
  r->timeout = number(L, t, "timeout");
  r->idle_timeout = number(L, t, "idle_timeout");
  r->max_body = size(L, t, "max_body");
  r->max_head = size(L, t, "max_head");
  r->repeatable = flag(L, t, "repeatable");
  r->any_status = flag(L, t, "any_status");
  r->trace = flag(L, t, "trace");
}

int sat_bind_http(lua_State *L) {
  struct sat_http_request r;
  struct sat_error err = {0};
  struct sat_box *b;
  read_request(L, 1, &r);
  sat_bind_push_loop(L);
  b = sat_box_new(L, HTTP, -1);
  b->release = http_release;
  b->obj = sat_http_new(sat_bind_loop(L), &r, &err);
  return b->obj != NULL ? 1 : sat_fail(L, &err);
}

static void push_headers(lua_State *L, const struct sat_http_head *h) {
  lua_createtable(L, (int)h->n, 0);
  for (size_t i = 0; i < h->n; i++) {
    lua_createtable(L, 2, 0);
    lua_pushstring(L, h->v[i].name);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, h->v[i].value);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_lower(lua_State *L, const char *s) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; *s != '\0'; s++) luaL_addchar(&b, (char)tolower((unsigned char)*s));
  luaL_pushresult(&b);
}

/* by lower-case name; what came several times is joined by commas */
static void push_fields(lua_State *L, const struct sat_http_head *h) {
  lua_createtable(L, 0, (int)h->n);
  for (size_t i = 0; i < h->n; i++) {
    push_lower(L, h->v[i].name);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TSTRING) {
      lua_pushliteral(L, ", ");
      lua_pushstring(L, h->v[i].value);
      lua_concat(L, 3);
    } else {
      lua_pop(L, 1);
      lua_pushstring(L, h->v[i].value);
    }
    lua_rawset(L, -3);
  }
}

static void push_trace(lua_State *L, const struct sat_trace *t) {
  lua_createtable(L, (int)t->n, 0);
  for (size_t i = 0; i < t->n; i++) {
    const struct sat_trace_event *e = &t->v[i];
    lua_createtable(L, 0, 3);
    lua_pushstring(L, e->sent ? "send" : "receive");
    lua_setfield(L, -2, "direction");
    lua_pushlstring(L, (const char *)e->head.p, e->head.n);
    lua_setfield(L, -2, "head");
    lua_pushinteger(L, (lua_Integer)e->bytes);
    lua_setfield(L, -2, "bytes");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_bytes(lua_State *L, const struct sat_buf *b, size_t from) {
  lua_pushlstring(L, from < b->n ? (const char *)b->p + from : "",
                  from < b->n ? b->n - from : 0);
}

static void set_text(lua_State *L, const char *name, const char *value) {
  if (value == NULL) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

static void push_response(lua_State *L, struct sat_http *h) {
  const struct sat_http_head *head = sat_http_response(h);
  double wait = sat_http_head_retry_after(head);
  lua_createtable(L, 0, 9);
  lua_pushinteger(L, head->status);
  lua_setfield(L, -2, "status");
  push_headers(L, head);
  lua_setfield(L, -2, "headers");
  push_fields(L, head);
  lua_setfield(L, -2, "fields");
  push_bytes(L, sat_http_body(h), 0);
  lua_setfield(L, -2, "body");
  lua_pushinteger(L, sat_http_connections(h));
  lua_setfield(L, -2, "connections");
  set_text(L, "effective_url", sat_http_url(h));
  set_text(L, "auth", sat_http_method_name(sat_http_authenticated(h)));
  if (wait < 0) return;
  lua_pushnumber(L, wait);
  lua_setfield(L, -2, "retry_after");
}

static void push_offered(lua_State *L, unsigned offered) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (unsigned m = SAT_AUTH_NEGOTIATE; m != 0; m /= 2) {
    if ((offered & m) == 0) continue;
    lua_pushstring(L, sat_http_method_name(m));
    lua_rawseti(L, -2, ++n);
  }
}

/* the error table with what http.h knows beside the record */
static int push_failure(lua_State *L, struct sat_http *h) {
  const struct sat_http_failure *f = sat_http_failed(h);
  sat_fail(L, sat_http_error(h));
  set_text(L, "hint", f->hint);
  set_text(L, "stage", f->stage);
  set_text(L, "server", sat_http_place(h));
  lua_pushboolean(L, f->sent);
  lua_setfield(L, -2, "sent");
  if (f->status == 0) return 2;
  lua_pushinteger(L, f->status);
  lua_setfield(L, -2, "status");
  push_offered(L, f->offered);
  lua_setfield(L, -2, "offered");
  return 2;
}

/* User value 2 of the box holds the response once it was made: the body is
** not kept twice, and the collector knows what it weighs. */
static void push_response_once(lua_State *L, struct sat_http *h) {
  if (lua_getiuservalue(L, 1, 2) == LUA_TTABLE) return;
  lua_pop(L, 1);
  push_response(L, h);
  sat_http_take_body(h);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, 2);
}

/* true, response | false | nil, err */
static int http_step(lua_State *L) {
  struct sat_http *h = check_http(L);
  struct sat_error err = {0};
  if (sat_http_step(h) == 0 &&
      sat_loop_poll(sat_bind_loop(L), &err) < 0)
    return sat_fail(L, &err);
  switch (sat_http_step(h)) {
    case 0: lua_pushboolean(L, 0); return 1;
    case 1:
      lua_pushboolean(L, 1);
      push_response_once(L, h);
      return 2;
    default: return push_failure(L, h);
  }
}

static int http_token(lua_State *L) {
  struct sat_op *op = sat_http_op(check_http(L));
  lua_pushinteger(L, (lua_Integer)sat_op_watch(op));
  return 1;
}

static int http_cancel(lua_State *L) {
  sat_http_cancel(check_http(L));
  return 0;
}

/* the body so far, from a position on (1: its first byte) */
static int http_partial(lua_State *L) {
  struct sat_http *h = check_http(L);
  lua_Integer from = luaL_optinteger(L, 2, 1);
  luaL_argcheck(L, from >= 1, 2, "positions begin at 1");
  push_bytes(L, sat_http_body(h), (size_t)from - 1);
  return 1;
}

static int http_status(lua_State *L) {
  unsigned status = sat_http_response(check_http(L))->status;
  if (status == 0) return 0;
  lua_pushinteger(L, status);
  return 1;
}

static int http_trace(lua_State *L) {
  push_trace(L, sat_http_trace(check_http(L)));
  return 1;
}

void sat_bind_http_type(lua_State *L) {
  static const luaL_Reg http_methods[] = {
      {"step", http_step},       {"token", http_token},
      {"cancel", http_cancel},   {"partial", http_partial},
      {"status", http_status},   {"trace", http_trace},
      {NULL, NULL}};
  sat_box_type(L, HTTP, http_methods);
}
