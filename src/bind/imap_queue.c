#include "bind/imap_queue.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/imap_parts.h"
#include "bind/imap_response.h"

#define QUEUE "satchel.imap.queue"

struct queue {
  struct sat_imap_queue q;
  struct sat_buf heard; /* bytes that were fed and not yet read */
};

static void queue_release(void *obj) {
  struct queue *s = obj;
  sat_imap_queue_free(&s->q);
  sat_buf_free(&s->heard);
  free(s);
}

static struct queue *check(lua_State *L) {
  return sat_box_check(L, 1, QUEUE);
}

int sat_bind_imap_queue(lua_State *L) {
  struct sat_box *b = sat_box_new(L, QUEUE, 0);
  struct queue *s;
  b->release = queue_release;
  b->obj = s = calloc(1, sizeof *s);
  if (s == NULL) return luaL_error(L, "not enough memory");
  sat_bind_imap_limits(L, 1, &s->q);
  return 1;
}

static int answer(lua_State *L, int result, const struct sat_error *err) {
  if (result < 0) return sat_fail(L, err);
  lua_pushboolean(L, 1);
  return 1;
}

static int queue_set(lua_State *L) {
  sat_bind_imap_set(L, 2, &check(L)->q);
  return 0;
}

/* send(parts [, dialogue]) -> tag | nil, err */
static int queue_send(lua_State *L) {
  struct queue *s = check(L);
  struct sat_error err = {0};
  uint32_t n = sat_bind_imap_send(L, 2, lua_toboolean(L, 3), &s->q, &err);
  if (n == 0) return sat_fail(L, &err);
  lua_pushfstring(L, "A%I", (lua_Integer)n);
  return 1;
}

/* line(text [, last]) -> true | nil, err */
static int queue_line(lua_State *L) {
  struct queue *s = check(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  struct sat_error err = {0};
  return answer(
      L, sat_imap_queue_line(&s->q, p, n, lua_toboolean(L, 3), &err), &err);
}

/* bytes of a promised literal that may be put now */
static int queue_wants(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)sat_imap_queue_wants(&check(L)->q));
  return 1;
}

/* unsent([held]) -> the tag of a command | nil */
static int queue_unsent(lua_State *L) {
  uint32_t number = sat_imap_queue_unsent(&check(L)->q, lua_toboolean(L, 2));
  if (number == 0) return 0;
  lua_pushfstring(L, "A%I", (lua_Integer)number);
  return 1;
}

/* put(bytes) -> true | nil, err */
static int queue_put(lua_State *L) {
  struct queue *s = check(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  struct sat_error err = {0};
  return answer(L, sat_imap_queue_supply(&s->q, p, n, &err), &err);
}

/* output([most]) -> the bytes that go out now, "" if there are none */
static int queue_output(lua_State *L) {
  struct queue *s = check(L);
  lua_Integer most = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  const uint8_t *p;
  size_t n;
  luaL_Buffer b;
  luaL_argcheck(L, most >= 0, 2, "not a number of bytes");
  luaL_buffinit(L, &b);
  while (most > 0 && (n = sat_imap_queue_show(&s->q, &p)) > 0) {
    if ((uint64_t)n > (uint64_t)most) n = (size_t)most;
    luaL_addlstring(&b, (const char *)p, n);
    sat_imap_queue_taken(&s->q, n);
    most -= (lua_Integer)n;
  }
  luaL_pushresult(&b);
  return 1;
}

/* feed(bytes): what the server says */
static int queue_feed(lua_State *L) {
  struct queue *s = check(L);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  sat_buf_put(&s->heard, p, n);
  if (s->heard.failed) return luaL_error(L, "not enough memory");
  return 0;
}

/* step() -> true, response, completed? | false | nil, err */
static int queue_step(lua_State *L) {
  struct queue *s = check(L);
  struct sat_imap_event e;
  int r = sat_imap_queue_read(&s->q, s->heard.p, s->heard.n, &e);
  if (r < 0) return sat_bind_imap_fail(L, &s->q.err, e.response);
  lua_pushboolean(L, r);
  if (r == 0) return 1;
  sat_bind_imap_push(L, e.response);
  sat_buf_consume(&s->heard, e.size);
  if (e.completed != 0)
    lua_pushfstring(L, "A%I", (lua_Integer)e.completed);
  else
    lua_pushnil(L);
  lua_pushboolean(L, e.consumed);
  return 4;
}

void sat_bind_imap_queue_type(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"send", queue_send},   {"line", queue_line},
      {"wants", queue_wants}, {"put", queue_put},
      {"set", queue_set},     {"output", queue_output},
      {"feed", queue_feed},   {"step", queue_step},
      {"unsent", queue_unsent},
      {NULL, NULL}};
  sat_box_type(L, QUEUE, methods);
}
