#include "bind/line.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/stream.h"

void *sat_bind_line_new(lua_State *L, const char *tname, size_t size,
                        void (*release)(void *client)) {
  struct sat_box *box;
  if (!lua_isnoneornil(L, 1)) sat_bind_check_stream(L, 1);
  lua_settop(L, 1);
  box = sat_box_new(L, tname, lua_isnil(L, 1) ? 0 : 1);
  box->release = release;
  box->obj = calloc(1, size);
  if (box->obj == NULL) luaL_error(L, "not enough memory");
  return box->obj;
}

size_t sat_bind_line_limit(lua_State *L, int arg, const char *name) {
  lua_Integer v;
  if (!lua_istable(L, arg)) return 0;
  lua_getfield(L, arg, name);
  v = luaL_optinteger(L, -1, 0);
  lua_pop(L, 1);
  return v > 0 ? (size_t)v : 0;
}

/* the stream below a client, or NULL if there is none */
static struct sat_stream *stream_of(lua_State *L) {
  struct sat_stream *s = NULL;
  if (lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA)
    s = sat_bind_check_stream(L, lua_gettop(L));
  lua_pop(L, 1);
  return s;
}

static struct sat_stream *needed_stream(lua_State *L) {
  struct sat_stream *s = stream_of(L);
  luaL_argcheck(L, s != NULL, 1, "a connection without a stream");
  return s;
}

int sat_bind_line_written(lua_State *L, struct sat_buf *out) {
  struct sat_stream *s = stream_of(L);
  int ok = 0;
  if (s != NULL) {
    ok = sat_stream_put(s, out->p, out->n);
    sat_buf_clear(out);
  }
  if (ok < 0) return sat_bind_stream_fail(L, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* > 0 and an event is pushed, 0 none yet, -1 an error of the protocol, -2 one
** of the stream */
static int pump(lua_State *L, void *client, sat_line_read *read,
                struct sat_stream *s, struct sat_error *err) {
  for (;;) {
    const uint8_t *p;
    size_t n, used = 0;
    int event, came;
    sat_stream_peek(s, &p, &n);
    event = read(L, client, p, n, &used, err);
    if (event < 0) return -1;
    sat_stream_skip(s, used);
    if (event > 0) return event;
    came = sat_stream_fill(s);
    if (came <= 0) return came < 0 ? -2 : 0;
  }
}

int sat_bind_line_step(lua_State *L, void *client, sat_line_read *read) {
  struct sat_stream *s = needed_stream(L);
  struct sat_error err = {0};
  lua_pushboolean(L, 1);
  switch (pump(L, client, read, s, &err)) {
    case 0: lua_pushboolean(L, 0); return 1;
    case -1: return sat_fail(L, &err);
    case -2: return sat_bind_stream_fail(L, s);
    default: return 2;
  }
}

int sat_bind_line_feed(lua_State *L, void *client, sat_line_read *read) {
  struct sat_error err = {0};
  size_t n, used = 0;
  const char *p = luaL_checklstring(L, 2, &n);
  int event = read(L, client, (const uint8_t *)p, n, &used, &err);
  if (event < 0) return sat_fail(L, &err);
  if (event == 0) lua_pushboolean(L, 0);
  lua_pushlstring(L, p + used, n - used);
  return 2;
}

int sat_bind_line_output(lua_State *L, struct sat_buf *out) {
  lua_pushlstring(L, out->n > 0 ? (const char *)out->p : "", out->n);
  sat_buf_clear(out);
  return 1;
}

int sat_bind_line_token(lua_State *L) {
  struct sat_op *op = sat_stream_op(needed_stream(L));
  lua_pushinteger(L, (lua_Integer)sat_op_watch(op));
  return 1;
}

int sat_bind_line_cancel(lua_State *L) {
  struct sat_stream *s = stream_of(L);
  if (s != NULL) sat_stream_cancel(s);
  return 0;
}
