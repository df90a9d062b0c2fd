#include "bind/imap_connection.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/imap_parts.h"
#include "bind/imap_response.h"
#include "bind/stream.h"
#include "mail/imap_abbreviate.h"
#include "mail/imap_queue.h"
#include "net/stream.h"

#define CONNECTION "satchel.imap"

struct connection {
  struct sat_imap_queue queue;
  struct sat_buf shown; /* the last response, if it is traced */
  size_t size;          /* its bytes */
  bool traced;
};

static void connection_release(void *obj) {
  struct connection *c = obj;
  sat_imap_queue_free(&c->queue);
  sat_buf_free(&c->shown);
  free(c);
}

static struct connection *check(lua_State *L) {
  return sat_box_check(L, 1, CONNECTION);
}

/* the stream that the box at 1 holds; it may have been closed meanwhile */
static struct sat_stream *stream_of(lua_State *L) {
  struct sat_stream *s;
  lua_getiuservalue(L, 1, 1);
  s = sat_bind_check_stream(L, -1);
  lua_pop(L, 1);
  return s;
}

int sat_bind_imap_connection(lua_State *L) {
  struct sat_box *b;
  struct connection *c;
  sat_bind_check_stream(L, 1);
  b = sat_box_new(L, CONNECTION, 1);
  b->release = connection_release;
  b->obj = c = calloc(1, sizeof *c);
  if (c == NULL) return luaL_error(L, "not enough memory");
  sat_bind_imap_limits(L, 2, &c->queue);
  return 1;
}

/* set{ literals=, utf8=, traced= } */
static int connection_set(lua_State *L) {
  struct connection *c = check(L);
  sat_bind_imap_set(L, 2, &c->queue);
  if (lua_getfield(L, 2, "traced") != LUA_TNIL)
    c->traced = lua_toboolean(L, -1);
  return 0;
}

/* What goes out now goes to the stream.  A stream that takes nothing more
** may still have something to be read: reading tells its error. */
static void flush(struct connection *c, struct sat_stream *s) {
  const uint8_t *p;
  size_t n;
  while ((n = sat_imap_queue_show(&c->queue, &p)) > 0) {
    sat_stream_put(s, p, n);
    sat_imap_queue_taken(&c->queue, n);
  }
}

/* send(parts [, dialogue]) -> tag | nil, err */
static int connection_send(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  bool dialogue = lua_toboolean(L, 3);
  struct sat_error err = {0};
  uint32_t number = sat_bind_imap_send(L, 2, dialogue, &c->queue, &err);
  if (number == 0) return sat_fail(L, &err);
  flush(c, s);
  lua_pushfstring(L, "A%I", (lua_Integer)number);
  return 1;
}

/* line(text [, last]) -> true | nil, err */
static int connection_line(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  struct sat_error err = {0};
  if (sat_imap_queue_line(&c->queue, p, n, lua_toboolean(L, 3), &err) < 0)
    return sat_fail(L, &err);
  flush(c, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* wants() -> bytes of a promised literal that may be put now, and those that
** the server waits for */
static int connection_wants(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  lua_Integer due;
  flush(c, s);
  due = (lua_Integer)sat_imap_queue_wants(&c->queue);
  lua_pushinteger(L, sat_stream_pending(s) > SAT_STREAM_BACKLOG ? 0 : due);
  lua_pushinteger(L, due);
  return 2;
}

/* put(bytes) -> true | nil, err */
static int connection_put(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  struct sat_error err = {0};
  if (sat_imap_queue_supply(&c->queue, p, n, &err) < 0)
    return sat_fail(L, &err);
  flush(c, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* unsent() -> the tag of the oldest command that has not gone out whole, as
** all behind it | nil */
static int connection_unsent(lua_State *L) {
  struct connection *c = check(L);
  size_t held = sat_stream_pending(stream_of(L));
  uint32_t number = sat_imap_queue_unsent(&c->queue, held > 0);
  if (number == 0) return 0;
  lua_pushfstring(L, "A%I", (lua_Integer)number);
  return 1;
}

/* poll() -> true: bytes have come, or some may be put; false: not yet;
** nil, err */
static int connection_poll(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  int come, drained;
  flush(c, s);
  come = sat_stream_fill(s);
  if (come < 0) return sat_bind_stream_fail(L, s);
  drained = come > 0 ? 1 : sat_stream_drained(s, SAT_STREAM_BACKLOG);
  if (drained < 0) return sat_bind_stream_fail(L, s);
  lua_pushboolean(L, come > 0 || (drained > 0 && sat_imap_queue_wants(
                                                     &c->queue) > 0));
  return 1;
}

static int push_event(lua_State *L, struct connection *c,
                      struct sat_stream *s, const uint8_t *p,
                      const struct sat_imap_event *e) {
  c->size = e->size;
  if (c->traced) {
    sat_buf_clear(&c->shown);
    sat_imap_abbreviate(&c->shown, p, e->size);
  }
  lua_pushboolean(L, 1);
  sat_bind_imap_push(L, e->response);
  if (e->consumed) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "consumed");
  }
  sat_stream_skip(s, e->size);
  return 2;
}

/* true, response | false | nil, err */
static int connection_step(lua_State *L) {
  struct connection *c = check(L);
  struct sat_stream *s = stream_of(L);
  struct sat_imap_event e;
  const uint8_t *p;
  size_t n;
  int r;
  flush(c, s);
  for (;;) {
    sat_stream_peek(s, &p, &n);
    r = sat_imap_queue_read(&c->queue, p, n, &e);
    if (r > 0) return push_event(L, c, s, p, &e);
    if (r < 0) return sat_bind_imap_fail(L, &c->queue.err, e.response);
    r = sat_stream_fill(s);
    if (r < 0) return sat_bind_stream_fail(L, s);
    if (r == 0) break;
  }
  lua_pushboolean(L, 0);
  return 1;
}

/* bytes of the last response */
static int connection_size(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L)->size);
  return 1;
}

/* the last response as people read it; only if it is traced */
static int connection_shown(lua_State *L) {
  struct connection *c = check(L);
  lua_pushlstring(L, c->shown.n > 0 ? (const char *)c->shown.p : "",
                  c->shown.n);
  return 1;
}

static int connection_token(lua_State *L) {
  check(L);
  lua_pushinteger(
      L, (lua_Integer)sat_op_watch(sat_stream_op(stream_of(L))));
  return 1;
}

/* Who waits has lost interest; the commands stay in flight. */
static int connection_cancel(lua_State *L) {
  check(L);
  return 0;
}

void sat_bind_imap_connection_type(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"send", connection_send},   {"line", connection_line},
      {"wants", connection_wants}, {"put", connection_put},
      {"unsent", connection_unsent},
      {"poll", connection_poll},   {"step", connection_step},
      {"size", connection_size},   {"shown", connection_shown},
      {"set", connection_set},     {"token", connection_token},
      {"cancel", connection_cancel}, {"close", sat_box_close},
      {NULL, NULL}};
  sat_box_type(L, CONNECTION, methods);
}
