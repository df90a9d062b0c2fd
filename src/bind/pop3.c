/*
** core.pop3: the grammar of POP3, and connections: the client's side of the
** protocol on a byte stream.  A connection without a stream is fed by hand.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/stream.h"
#include "mail/pop3_client.h"

#define CONNECTION "satchel.pop3.connection"

int sat_bind_pop3(lua_State *L);

static void push_bytes(lua_State *L, struct sat_bytes b) {
  lua_pushlstring(L, b.n > 0 ? (const char *)b.p : "", b.n);
}

/* Answers and listings ------------------------------------------------- */

/* { status = "ok"|"err"|"challenge", text =, code = } */
static void push_status(lua_State *L, const struct sat_pop3_answer *a) {
  static const char *const names[] = {"ok", "err", "challenge"};
  lua_createtable(L, 0, 4);
  lua_pushstring(L, names[a->status]);
  lua_setfield(L, -2, "status");
  push_bytes(L, a->text);
  lua_setfield(L, -2, "text");
  if (a->code.n == 0) return;
  push_bytes(L, a->code);
  lua_setfield(L, -2, "code");
}

/* answer(bytes) -> answer, length | false | nil, err */
static int pop3_answer(lua_State *L) {
  size_t n, seen = 0;
  const uint8_t *p = (const uint8_t *)luaL_checklstring(L, 1, &n);
  struct sat_error err = {0};
  struct sat_pop3_answer a;
  long size = sat_pop3_line(p, n, &seen, SAT_POP3_LINE, &err);
  if (size == 0) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (size < 0 || sat_pop3_answer_read(p, (size_t)size, &a, &err) < 0)
    return sat_fail(L, &err);
  push_status(L, &a);
  lua_pushinteger(L, size);
  return 2;
}

/* numbers(text) -> first, second | nil, err: a line of LIST, STAT's text */
static int pop3_numbers(lua_State *L) {
  size_t n;
  const char *p = luaL_checklstring(L, 1, &n);
  struct sat_bytes line = {(const uint8_t *)p, (uint32_t)n};
  struct sat_error err = {0};
  uint64_t first, second;
  if (sat_pop3_numbers(line, &first, &second, &err) < 0)
    return sat_fail(L, &err);
  lua_pushinteger(L, (lua_Integer)first);
  lua_pushinteger(L, (lua_Integer)second);
  return 2;
}

/* timestamp(greeting) -> "<…>" | nil */
static int pop3_timestamp(lua_State *L) {
  size_t n;
  const char *p = luaL_checklstring(L, 1, &n);
  struct sat_bytes text = {(const uint8_t *)p, (uint32_t)n}, stamp;
  if (!sat_pop3_timestamp(text, &stamp)) return 0;
  push_bytes(L, stamp);
  return 1;
}

/* Takes a line off a listing, whose lines are whole. */
static bool next_line(struct sat_bytes *text, struct sat_bytes *line_r) {
  const uint8_t *lf;
  if (text->n == 0) return false;
  lf = memchr(text->p, '\n', text->n);
  line_r->p = text->p;
  line_r->n = lf ? (uint32_t)(lf - text->p) : text->n;
  text->p += lf ? line_r->n + 1 : text->n;
  text->n -= lf ? line_r->n + 1 : text->n;
  if (line_r->n > 0 && line_r->p[line_r->n - 1] == '\r') line_r->n--;
  return true;
}

/* one line of LIST or UIDL: its number, and its value pushed */
typedef int read_line(lua_State *L, struct sat_bytes line,
                      uint64_t *number_r, struct sat_error *err);

static int read_size(lua_State *L, struct sat_bytes line, uint64_t *number_r,
                     struct sat_error *err) {
  uint64_t size;
  if (sat_pop3_numbers(line, number_r, &size, err) < 0) return -1;
  lua_pushinteger(L, (lua_Integer)size);
  return 0;
}

static int read_uid(lua_State *L, struct sat_bytes line, uint64_t *number_r,
                    struct sat_error *err) {
  struct sat_bytes uid;
  if (sat_pop3_uidl(line, number_r, &uid, err) < 0) return -1;
  push_bytes(L, uid);
  return 0;
}

/* a listing as a table by message number */
static int listing(lua_State *L, read_line *read) {
  size_t n;
  const char *p = luaL_checklstring(L, 1, &n);
  struct sat_bytes text = {(const uint8_t *)p, (uint32_t)n}, line;
  struct sat_error err = {0};
  uint64_t number;
  luaL_argcheck(L, n <= UINT32_MAX, 1, "too long");
  lua_newtable(L);
  while (next_line(&text, &line)) {
    if (read(L, line, &number, &err) < 0) return sat_fail(L, &err);
    lua_rawseti(L, 2, (lua_Integer)number);
  }
  return 1;
}

/* sizes(text) -> { [number] = bytes } | nil, err */
static int pop3_sizes(lua_State *L) {
  lua_settop(L, 1);
  return listing(L, read_size);
}

/* uids(text) -> { [number] = uid } | nil, err */
static int pop3_uids(lua_State *L) {
  lua_settop(L, 1);
  return listing(L, read_uid);
}

/* Connections ---------------------------------------------------------- */

static void connection_free(void *obj) {
  sat_pop3_client_clear(obj);
  free(obj);
}

static struct sat_pop3_client *check(lua_State *L) {
  return sat_box_check(L, 1, CONNECTION);
}

/* the stream below a connection, or NULL if there is none */
static struct sat_stream *stream_of(lua_State *L) {
  struct sat_stream *s = NULL;
  if (lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA)
    s = sat_bind_check_stream(L, lua_gettop(L));
  lua_pop(L, 1);
  return s;
}

static size_t limit(lua_State *L, int t, const char *name) {
  lua_Integer v;
  if (!lua_istable(L, t)) return 0;
  lua_getfield(L, t, name);
  v = luaL_optinteger(L, -1, 0);
  lua_pop(L, 1);
  return v > 0 ? (size_t)v : 0;
}

/* connection([stream [, limits]]) */
static int pop3_connection(lua_State *L) {
  struct sat_pop3_limits limits = {limit(L, 2, "line"),
                                   limit(L, 2, "message")};
  struct sat_box *box;
  struct sat_pop3_client *c;
  if (!lua_isnoneornil(L, 1)) sat_bind_check_stream(L, 1);
  lua_settop(L, 1);
  box = sat_box_new(L, CONNECTION, lua_isnil(L, 1) ? 0 : 1);
  c = malloc(sizeof *c);
  if (c == NULL) return luaL_error(L, "out of memory");
  sat_pop3_client_init(c, &limits);
  box->release = connection_free;
  box->obj = c;
  return 1;
}

/* c:command(line [, lines follow]) -> true | nil, err */
static int connection_command(lua_State *L) {
  struct sat_pop3_client *c = check(L);
  struct sat_stream *s = stream_of(L);
  struct sat_error err = {0};
  size_t n;
  int ok = 0;
  const char *line = luaL_checklstring(L, 2, &n);
  if (sat_pop3_client_command(c, line, n, lua_toboolean(L, 3), &err) < 0)
    return sat_fail(L, &err);
  if (s != NULL) {
    ok = sat_stream_put(s, c->out.p, c->out.n);
    sat_buf_clear(&c->out);
  }
  if (ok < 0) return sat_bind_stream_fail(L, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* an event: an answer is a table, text a string, the end of text "" */
static void push_event(lua_State *L, const struct sat_pop3_client *c,
                       int event) {
  if (event == SAT_POP3_ANSWER) {
    push_status(L, &c->answer);
    lua_pushboolean(L, c->inside);
    lua_setfield(L, -2, "more");
  } else if (event == SAT_POP3_TEXT) {
    lua_pushlstring(L, (const char *)c->text.p, c->text.n);
  } else {
    lua_pushliteral(L, "");
  }
}

/* One event off the stream: > 0 and it is pushed, 0 none yet, -1 an error of
** the protocol, -2 one of the stream. */
static int pump(lua_State *L, struct sat_pop3_client *c,
                struct sat_stream *s, struct sat_error *err) {
  for (;;) {
    const uint8_t *p;
    size_t n, used;
    int event, came;
    sat_stream_peek(s, &p, &n);
    event = sat_pop3_client_read(c, p, n, &used, err);
    if (event < 0) return -1;
    sat_stream_skip(s, used);
    if (event != SAT_POP3_MORE) {
      push_event(L, c, event);
      return event;
    }
    came = sat_stream_fill(s);
    if (came <= 0) return came < 0 ? -2 : 0;
  }
}

/* c:step() -> true, event | false | nil, err */
static int connection_step(lua_State *L) {
  struct sat_pop3_client *c = check(L);
  struct sat_stream *s = stream_of(L);
  struct sat_error err = {0};
  luaL_argcheck(L, s != NULL, 1, "a connection without a stream");
  lua_pushboolean(L, 1);
  switch (pump(L, c, s, &err)) {
    case 0: lua_pushboolean(L, 0); return 1;
    case -1: return sat_fail(L, &err);
    case -2: return sat_bind_stream_fail(L, s);
    default: return 2;
  }
}

/* c:feed(bytes) -> event, rest | false, rest | nil, err: without a stream;
** what is left over is given again with more */
static int connection_feed(lua_State *L) {
  struct sat_pop3_client *c = check(L);
  struct sat_error err = {0};
  size_t n, used;
  const char *p = luaL_checklstring(L, 2, &n);
  int event = sat_pop3_client_read(c, (const uint8_t *)p, n, &used, &err);
  if (event < 0) return sat_fail(L, &err);
  if (event == SAT_POP3_MORE) lua_pushboolean(L, 0);
  else push_event(L, c, event);
  lua_pushlstring(L, p + used, n - used);
  return 2;
}

/* c:output() -> bytes: without a stream, what is to be written */
static int connection_output(lua_State *L) {
  struct sat_pop3_client *c = check(L);
  lua_pushlstring(L, c->out.n > 0 ? (const char *)c->out.p : "", c->out.n);
  sat_buf_clear(&c->out);
  return 1;
}

/* c:expected() -> number of answers that have not ended */
static int connection_expected(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)sat_pop3_client_expected(check(L)));
  return 1;
}

/* c:token(), c:cancel(): the stream's, for who waits for an event */
static int connection_token(lua_State *L) {
  struct sat_stream *s = stream_of(L);
  luaL_argcheck(L, s != NULL, 1, "a connection without a stream");
  lua_pushinteger(L, (lua_Integer)sat_op_watch(sat_stream_op(s)));
  return 1;
}

static int connection_cancel(lua_State *L) {
  struct sat_stream *s = stream_of(L);
  if (s != NULL) sat_stream_cancel(s);
  return 0;
}

int sat_bind_pop3(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"answer", pop3_answer}, {"numbers", pop3_numbers},
      {"timestamp", pop3_timestamp}, {"sizes", pop3_sizes},
      {"uids", pop3_uids}, {"connection", pop3_connection}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"command", connection_command}, {"step", connection_step},
      {"feed", connection_feed},       {"output", connection_output},
      {"expected", connection_expected}, {"token", connection_token},
      {"cancel", connection_cancel},   {NULL, NULL}};
  sat_box_type(L, CONNECTION, methods);
  luaL_newlib(L, functions);
  return 1;
}
