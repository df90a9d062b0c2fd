/*
** core.mapi: sessions and the operations that take one request.
**
**   session { url =, user_dn =, client =, limits = } -> session
**   session:connect() disconnect() ping() wait() -> operation
**   operation:step([response | nil, err])
**     -> "send", request | "done", value, err
**   envelope(bytes) -> { processing =, pending =, headers =, body = }
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "bind/box.h"
#include "bind/fail.h"
#include "bind/mapi_http.h"

int sat_bind_mapi(lua_State *L);

static void client_release(void *obj) {
  struct sat_mapi_client *c = obj;
  sat_mapi_session_clear(&c->session);
  sat_secret_free(&c->url);
  free(c);
}

/* Copies: nothing of the table is needed afterwards. */
static const char *string_field(lua_State *L, const char *name, bool needed) {
  int type = lua_getfield(L, 1, name);
  if (type != LUA_TSTRING && (needed || type != LUA_TNIL))
    luaL_error(L, "'%s' of a session is not a string", name);
  return lua_tostring(L, -1); /* stays on the stack */
}

static void limit_field(lua_State *L, const char *name, uint32_t most,
                        uint32_t *limit) {
  int ok;
  lua_Integer v;
  lua_getfield(L, -1, name);
  v = lua_tointegerx(L, -1, &ok);
  if (!lua_isnil(L, -1)) {
    if (!ok || v < 1 || (lua_Unsigned)v > most)
      luaL_error(L, "limit '%s' is not an integer from 1 to %d", name,
                 (int)most);
    *limit = (uint32_t)v;
  }
  lua_pop(L, 1);
}

static void read_limits(lua_State *L, struct sat_mapi_limits *limits) {
  if (lua_getfield(L, 1, "limits") != LUA_TTABLE) return;
  limit_field(L, "request", SAT_MAPI_MAX_REQUEST, &limits->request);
  limit_field(L, "handles", SAT_MAPI_MAX_HANDLES, &limits->handles);
  limit_field(L, "response", SAT_MAPI_MAX_RESPONSE, &limits->response);
  limit_field(L, "backoffs", 1000, &limits->backoffs);
}

static int mapi_session(lua_State *L) {
  struct sat_box *box;
  struct sat_mapi_client *c;
  const char *url, *user_dn, *client;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  url = string_field(L, "url", true);
  user_dn = string_field(L, "user_dn", true);
  client = string_field(L, "client", false);
  box = sat_box_new(L, SAT_MAPI_SESSION, 0);
  c = calloc(1, sizeof *c);
  if (c == NULL) return luaL_error(L, "not enough memory");
  box->obj = c;
  box->release = client_release;
  c->url = sat_secret_copy(url, strlen(url));
  if (sat_mapi_session_init(&c->session, user_dn, client) < 0 ||
      c->url == NULL)
    return luaL_error(L, "not enough memory");
  read_limits(L, &c->session.limits);
  lua_settop(L, 5);
  return 1;
}

static struct sat_mapi_client *check_client(lua_State *L, int arg) {
  return sat_box_check(L, arg, SAT_MAPI_SESSION);
}

/* operations of one request */
enum op_kind { OP_CONNECT, OP_DISCONNECT, OP_PING, OP_WAIT };

struct op {
  enum op_kind kind;
  bool sent;
  struct sat_mapi_request q;
};

static void op_release(void *obj) {
  struct op *op = obj;
  sat_mapi_request_free(&op->q);
  free(op);
}

static int new_op(lua_State *L, enum op_kind kind) {
  struct sat_box *box;
  struct op *op;
  check_client(L, 1);
  box = sat_box_new(L, SAT_MAPI_OP, 1);
  op = calloc(1, sizeof *op);
  if (op == NULL) return luaL_error(L, "not enough memory");
  op->kind = kind;
  box->obj = op;
  box->release = op_release;
  return 1;
}

static int session_connect(lua_State *L) { return new_op(L, OP_CONNECT); }
static int session_disconnect(lua_State *L) {
  return new_op(L, OP_DISCONNECT);
}
static int session_ping(lua_State *L) { return new_op(L, OP_PING); }
static int session_wait(lua_State *L) { return new_op(L, OP_WAIT); }

static int session_connected(lua_State *L) {
  lua_pushboolean(L, check_client(L, 1)->session.connected);
  return 1;
}

/* What the server said of itself: pending_period and expires, in seconds. */
static int session_times(lua_State *L) {
  struct sat_mapi_session *s = &check_client(L, 1)->session;
  lua_pushnumber(L, s->pending_period / 1000.0);
  lua_pushnumber(L, s->expires / 1000.0);
  return 2;
}

static int ask(struct sat_mapi_session *s, struct op *op) {
  switch (op->kind) {
    case OP_CONNECT: return sat_mapi_ask_connect(s, &op->q);
    case OP_DISCONNECT: return sat_mapi_ask_disconnect(s, &op->q);
    case OP_PING: return sat_mapi_ask_ping(s, &op->q);
    default: return sat_mapi_ask_wait(s, &op->q);
  }
}

static void push_utf8(lua_State *L, struct sat_scratch *scratch,
                      struct sat_bytes utf16) {
  sat_buf_clear(&scratch->buf);
  sat_text_from_utf16(&scratch->buf, utf16.p, utf16.n);
  lua_pushlstring(L, scratch->buf.n > 0 ? (const char *)scratch->buf.p : "",
                  scratch->buf.n);
}

static void push_connected(lua_State *L, struct sat_scratch *scratch,
                           const struct sat_mapi_connected *c) {
  lua_createtable(L, 0, 5);
  push_utf8(L, scratch, c->display_name);
  lua_setfield(L, -2, "display_name");
  lua_pushlstring(L, (const char *)c->dn_prefix.p, c->dn_prefix.n);
  lua_setfield(L, -2, "dn_prefix");
  lua_pushinteger(L, c->polls_max);
  lua_setfield(L, -2, "polls_max");
  lua_pushinteger(L, c->retry_count);
  lua_setfield(L, -2, "retry_count");
  lua_pushinteger(L, c->retry_delay);
  lua_setfield(L, -2, "retry_delay");
}

/* Leaves the operation's value on the stack, or gives -1. */
static int take(lua_State *L, struct sat_mapi_session *s, enum op_kind kind,
                const struct sat_mapi_http *http,
                struct sat_scratch *scratch) {
  struct sat_mapi_connected connected;
  bool value = true;
  int ret;
  switch (kind) {
    case OP_CONNECT:
      ret = sat_mapi_take_connect(s, http, &connected, &scratch->err);
      if (ret == 0) push_connected(L, scratch, &connected);
      return ret;
    case OP_DISCONNECT:
      ret = sat_mapi_take_disconnect(s, http, &scratch->err);
      break;
    case OP_PING: ret = sat_mapi_take_ping(s, http, &scratch->err); break;
    default: ret = sat_mapi_take_wait(s, http, &value, &scratch->err); break;
  }
  if (ret == 0) lua_pushboolean(L, value);
  return ret;
}

static int op_answer(lua_State *L, struct sat_mapi_session *s,
                     enum op_kind kind) {
  struct sat_scratch *scratch;
  struct sat_mapi_http http;
  int n;
  if (lua_isnil(L, 2))
    return sat_mapi_push_unanswered(L, kind == OP_CONNECT ? s : NULL, 3);
  scratch = sat_scratch_new(L);
  sat_mapi_check_response(L, 2, scratch, &http);
  lua_pushliteral(L, "done");
  n = take(L, s, kind, &http, scratch) < 0
          ? sat_mapi_push_failed(L, s, &scratch->err)
          : 2;
  sat_scratch_free(scratch);
  return n;
}

static int op_step(lua_State *L) {
  struct op *op = sat_box_check(L, 1, SAT_MAPI_OP);
  struct sat_mapi_client *c;
  lua_settop(L, 3);
  lua_getiuservalue(L, 1, 1);
  c = check_client(L, 4);
  if (op->sent) return op_answer(L, &c->session, op->kind);
  op->sent = true;
  if (ask(&c->session, op) < 0) return luaL_error(L, "not enough memory");
  return sat_mapi_push_send(L, c->url, &op->q);
}

static void push_envelope(lua_State *L, const struct sat_mapi_envelope *e) {
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, e->processing);
  lua_setfield(L, -2, "processing");
  lua_pushinteger(L, e->pending);
  lua_setfield(L, -2, "pending");
  lua_pushlstring(L, (const char *)e->body.p, e->body.n);
  lua_setfield(L, -2, "body");
  lua_createtable(L, (int)e->n, 0);
  for (size_t i = 0; i < e->n; i++) {
    const struct sat_mapi_header *h = &e->headers[i];
    lua_createtable(L, 2, 0);
    lua_pushlstring(L, (const char *)h->name.p, h->name.n);
    lua_rawseti(L, -2, 1);
    lua_pushlstring(L, (const char *)h->value.p, h->value.n);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "headers");
}

static int mapi_envelope(lua_State *L) {
  struct sat_mapi_envelope e;
  struct sat_error err = {0};
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  if (sat_mapi_envelope_parse(s, n, &e, &err) < 0) return sat_fail(L, &err);
  push_envelope(L, &e);
  return 1;
}

static const luaL_Reg session_methods[] = {
    {"connect", session_connect}, {"disconnect", session_disconnect},
    {"ping", session_ping},       {"wait", session_wait},
    {"times", session_times},     {"connected", session_connected},
    {"close", sat_box_close},     {NULL, NULL}};

static const luaL_Reg op_methods[] = {{"step", op_step}, {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"session", mapi_session}, {"envelope", mapi_envelope}, {NULL, NULL}};

int sat_bind_mapi(lua_State *L) {
  sat_box_type(L, SAT_MAPI_SESSION, session_methods);
  sat_box_type(L, SAT_MAPI_OP, op_methods);
  luaL_newlib(L, functions);
  sat_bind_mapi_batch(L);
  return 1;
}
