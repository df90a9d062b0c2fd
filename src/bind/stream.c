#include "bind/stream.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/net.h"
#include "bind/scratch.h"

#define STREAM "satchel.stream"

static void stream_release(void *obj) {
  struct sat_stream *s = obj;
  sat_stream_free(&s);
}

struct sat_stream *sat_bind_check_stream(lua_State *L, int arg) {
  return sat_box_check(L, arg, STREAM);
}

static struct sat_stream *check(lua_State *L) {
  return sat_bind_check_stream(L, 1);
}

/* The readers leave the value on the stack, so that strings stay alive
** until the stream was made.  What has a NUL comes out as control
** characters, which nobody takes. */
static const char *text(lua_State *L, int t, const char *name) {
  int type = lua_getfield(L, t, name);
  const char *s;
  if (type == LUA_TNIL) return NULL;
  if (type != LUA_TSTRING)
    luaL_error(L, "'%s' of a stream is not a string", name);
  s = lua_tostring(L, -1);
  return strlen(s) == lua_rawlen(L, -1) ? s : "\x7f";
}

static double seconds(lua_State *L, int t, const char *name) {
  int type = lua_getfield(L, t, name);
  double v = lua_tonumber(L, -1);
  if ((type != LUA_TNIL && type != LUA_TNUMBER) || isnan(v) || v < 0)
    luaL_error(L, "'%s' of a stream is not a number of 0 or more", name);
  lua_pop(L, 1);
  return v;
}

static void read_policy(lua_State *L, int t, struct sat_tls *tls) {
  if (lua_getfield(L, t, "policy") != LUA_TTABLE) return;
  t = lua_gettop(L);
  tls->ca = text(L, t, "ca");
  tls->cert = text(L, t, "cert");
  tls->key = text(L, t, "key");
  lua_getfield(L, t, "verify");
  tls->no_verify = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
}

static void read_request(lua_State *L, int t, struct sat_stream_request *r) {
  lua_Integer port;
  luaL_checktype(L, t, LUA_TTABLE);
  luaL_checkstack(L, 20, "a stream");
  r->host = text(L, t, "host");
  if (r->host == NULL) luaL_error(L, "a stream has no host");
  lua_getfield(L, t, "port");
  port = luaL_checkinteger(L, -1);
  if (port < 1 || port > 65535) luaL_error(L, "%I is no port", port);
  r->port = (unsigned)port;
  lua_getfield(L, t, "tls");
  r->tls = lua_toboolean(L, -1);
  read_policy(L, t, &r->policy);
  if (lua_getfield(L, t, "proxy") == LUA_TBOOLEAN)
    r->proxy = lua_toboolean(L, -1) ? NULL : "";
  else
    r->proxy = text(L, t, "proxy");
  r->timeout = seconds(L, t, "timeout");
  r->idle = seconds(L, t, "idle");
}

int sat_bind_stream(lua_State *L) {
  struct sat_stream_request r = {0};
  struct sat_error err = {0};
  struct sat_box *b;
  read_request(L, 1, &r);
  sat_bind_push_loop(L);
  b = sat_box_new(L, STREAM, -1);
  b->release = stream_release;
  b->obj = sat_stream_new(sat_bind_loop(L), &r, &err);
  return b->obj != NULL ? 1 : sat_fail(L, &err);
}

static void set_text(lua_State *L, const char *name, const char *value) {
  if (value == NULL) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

int sat_bind_stream_fail(lua_State *L, const struct sat_stream *s) {
  const struct sat_stream_failure *f = sat_stream_failed(s);
  struct sat_stream_info info;
  sat_stream_describe(s, &info);
  sat_fail(L, sat_stream_error(s));
  set_text(L, "hint", f->hint);
  set_text(L, "stage", f->stage);
  set_text(L, "server", info.place);
  if (f->closed) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "closed");
  }
  return 2;
}

/* true, true | false | nil, err for 1 | 0 | -1; the second is what await
** gives */
static int answer(lua_State *L, const struct sat_stream *s, int result) {
  if (result < 0) return sat_bind_stream_fail(L, s);
  lua_pushboolean(L, result);
  if (result == 0) return 1;
  lua_pushboolean(L, 1);
  return 2;
}

/* While it connects, libcurl needs the loop. */
static int stream_step(lua_State *L) {
  struct sat_stream *s = check(L);
  struct sat_error err = {0};
  int result = sat_stream_step(s);
  if (result == 0 && !sat_stream_ready(s)) {
    if (sat_loop_poll(sat_bind_loop(L), &err) < 0) return sat_fail(L, &err);
    result = sat_stream_step(s);
  }
  return answer(L, s, result);
}

static int stream_token(lua_State *L) {
  struct sat_op *op = sat_stream_op(check(L));
  lua_pushinteger(L, (lua_Integer)sat_op_watch(op));
  return 1;
}

static int stream_cancel(lua_State *L) {
  sat_stream_cancel(check(L));
  return 0;
}

static int stream_close(lua_State *L) {
  struct sat_box *b = luaL_checkudata(L, 1, STREAM);
  if (b->obj != NULL) sat_stream_close(b->obj);
  return sat_box_close(L);
}

/* read([max]) -> bytes | false | nil, err */
static int stream_read(lua_State *L) {
  struct sat_stream *s = check(L);
  lua_Integer max = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  const uint8_t *p;
  size_t n;
  int result;
  luaL_argcheck(L, max > 0, 2, "not a number of bytes");
  sat_stream_peek(s, &p, &n);
  if (n == 0) {
    result = sat_stream_fill(s);
    if (result <= 0) return answer(L, s, result);
    sat_stream_peek(s, &p, &n);
  }
  if ((uint64_t)n > (uint64_t)max) n = (size_t)max;
  lua_pushlstring(L, (const char *)p, n);
  sat_stream_skip(s, n);
  return 1;
}

/* write(bytes) -> bytes not yet written | nil, err */
static int stream_write(lua_State *L) {
  struct sat_stream *s = check(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  if (sat_stream_put(s, p, n) < 0) return sat_bind_stream_fail(L, s);
  lua_pushinteger(L, (lua_Integer)sat_stream_pending(s));
  return 1;
}

static int stream_pending(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)sat_stream_pending(check(L)));
  return 1;
}

/* drained([most]) -> true | false | nil, err */
static int stream_drained(lua_State *L) {
  struct sat_stream *s = check(L);
  lua_Integer most = luaL_optinteger(L, 2, SAT_STREAM_BACKLOG);
  luaL_argcheck(L, most >= 0, 2, "not a number of bytes");
  return answer(L, s, sat_stream_drained(s, (size_t)most));
}

/* true | nil, err */
static int stream_start_tls(lua_State *L) {
  struct sat_stream *s = check(L);
  int result = sat_stream_start_tls(s);
  return answer(L, s, result < 0 ? -1 : 1);
}

static int stream_compress(lua_State *L) {
  struct sat_stream *s = check(L);
  return answer(L, s, sat_stream_compress(s) < 0 ? -1 : 1);
}

/* binding(type) -> bytes | nil */
static int stream_binding(lua_State *L) {
  struct sat_stream *s = check(L);
  const char *type = luaL_checkstring(L, 2);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (sat_stream_binding(s, type, &scratch->buf))
    return sat_scratch_string(L, scratch);
  lua_pushnil(L);
  return 1;
}

static int stream_set_idle(lua_State *L) {
  struct sat_stream *s = check(L);
  double v = luaL_checknumber(L, 2);
  luaL_argcheck(L, v >= 0, 2, "not a time");
  sat_stream_set_idle(s, v);
  return 0;
}

static void set_number(lua_State *L, const char *name, uint64_t value) {
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static int stream_info(lua_State *L) {
  struct sat_stream_info info;
  sat_stream_describe(check(L), &info);
  lua_createtable(L, 0, 12);
  set_text(L, "host", info.host);
  set_text(L, "place", info.place);
  set_text(L, "address", info.address);
  set_text(L, "tls", info.tls);
  set_text(L, "cipher", info.cipher);
  set_text(L, "peer_name", info.peer_name);
  set_text(L, "issuer", info.issuer);
  if (info.expires != 0) set_number(L, "expires", (uint64_t)info.expires);
  set_number(L, "sent", info.sent);
  set_number(L, "received", info.received);
  lua_pushboolean(L, info.verified);
  lua_setfield(L, -2, "verified");
  lua_pushboolean(L, info.compressed);
  lua_setfield(L, -2, "compressed");
  return 1;
}

void sat_bind_stream_type(lua_State *L) {
  static const luaL_Reg methods[] = {{"step", stream_step},
                                     {"token", stream_token},
                                     {"cancel", stream_cancel},
                                     {"close", stream_close},
                                     {"read", stream_read},
                                     {"write", stream_write},
                                     {"pending", stream_pending},
                                     {"drained", stream_drained},
                                     {"start_tls", stream_start_tls},
                                     {"compress", stream_compress},
                                     {"binding", stream_binding},
                                     {"idle", stream_set_idle},
                                     {"info", stream_info},
                                     {NULL, NULL}};
  sat_box_type(L, STREAM, methods);
}
