/*
** core.smtp: the grammar of SMTP, and connections: the client's side of the
** protocol on a byte stream.  A connection without a stream is fed by hand.
*/
#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/scratch.h"
#include "bind/stream.h"
#include "mail/smtp_client.h"
#include "wire/smtp_path.h"

#define CONNECTION "satchel.smtp.connection"

int sat_bind_smtp(lua_State *L);

/* Replies -------------------------------------------------------------- */

static void push_bytes(lua_State *L, struct sat_bytes b) {
  lua_pushlstring(L, b.n > 0 ? (const char *)b.p : "", b.n);
}

static void push_status(lua_State *L, const struct sat_smtp_reply *r) {
  if (r->status[0] == 0) return;
  lua_pushfstring(L, "%d.%d.%d", (int)r->status[0], (int)r->status[1],
                  (int)r->status[2]);
  lua_setfield(L, -2, "enhanced");
}

/* { code =, enhanced = "5.1.1", [1..n] = lines } */
static void push_reply(lua_State *L, const struct sat_smtp_reply *r) {
  lua_createtable(L, (int)r->line_n, 3);
  for (size_t i = 0; i < r->line_n; i++) {
    push_bytes(L, r->lines[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(L, r->code);
  lua_setfield(L, -2, "code");
  push_status(L, r);
}

/* reply(bytes) -> reply, length | false | nil, err */
static int smtp_reply(lua_State *L) {
  size_t n;
  const uint8_t *p = (const uint8_t *)luaL_checklstring(L, 1, &n);
  struct sat_smtp_split split = {0};
  struct sat_scratch *s = sat_scratch_new(L);
  struct sat_smtp_reply r;
  long size = sat_smtp_split(&split, p, n, &s->err);
  if (size == 0) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (size < 0 ||
      sat_smtp_reply_read(p, (size_t)size, &s->arena, &r, &s->err) < 0)
    return sat_scratch_fail(L, s);
  push_reply(L, &r);
  sat_scratch_free(s);
  lua_pushinteger(L, size);
  return 2;
}

static void push_upper(lua_State *L, struct sat_bytes b) {
  luaL_Buffer buf;
  luaL_buffinit(L, &buf);
  for (uint32_t i = 0; i < b.n; i++)
    luaL_addchar(&buf, (char)toupper(b.p[i]));
  luaL_pushresult(&buf);
}

/* keyword(line) -> "AUTH", { "PLAIN", … } | nil: a line of EHLO */
static int smtp_keyword(lua_State *L) {
  size_t n;
  struct sat_bytes line, word;
  lua_Integer count = 0;
  line.p = (const uint8_t *)luaL_checklstring(L, 1, &n);
  line.n = (uint32_t)n;
  if (!sat_smtp_word(&line, &word) || !sat_smtp_is_keyword(word)) return 0;
  push_upper(L, word);
  lua_newtable(L);
  while (sat_smtp_word(&line, &word)) {
    push_bytes(L, word);
    lua_rawseti(L, -2, ++count);
  }
  return 2;
}

/* Addresses ------------------------------------------------------------ */

/* path(address) -> needs SMTPUTF8 | nil, err */
static int smtp_path(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_error err = {0};
  if (sat_smtp_path_check(s, n, &err) < 0) return sat_fail(L, &err);
  lua_pushboolean(L, sat_smtp_needs_utf8(s, n));
  return 1;
}

static int encoded(lua_State *L, void (*encode)(struct sat_buf *,
                                                const char *, size_t)) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  struct sat_scratch *s = sat_scratch_new(L);
  encode(&s->buf, text, n);
  return sat_scratch_string(L, s);
}

static int smtp_xtext(lua_State *L) { return encoded(L, sat_smtp_xtext); }
static int smtp_orcpt(lua_State *L) { return encoded(L, sat_smtp_orcpt); }

static void lines(struct sat_buf *out, const char *s, size_t n) {
  struct sat_dots_writer w = {0};
  sat_dots_write(&w, out, s, n);
  if (w.cr) sat_dots_end(&w, out);
}

/* lines(text) -> text whose lines end with CRLF, all of them */
static int smtp_lines(lua_State *L) { return encoded(L, lines); }

/* Connections ---------------------------------------------------------- */

static void connection_free(void *obj) {
  sat_smtp_client_clear(obj);
  free(obj);
}

static struct sat_smtp_client *check(lua_State *L) {
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
static int smtp_connection(lua_State *L) {
  struct sat_smtp_limits limits = {limit(L, 2, "line"),
                                   limit(L, 2, "reply")};
  struct sat_box *box;
  struct sat_smtp_client *c;
  if (!lua_isnoneornil(L, 1)) sat_bind_check_stream(L, 1);
  lua_settop(L, 1);
  box = sat_box_new(L, CONNECTION, lua_isnil(L, 1) ? 0 : 1);
  c = malloc(sizeof *c);
  if (c == NULL) return luaL_error(L, "out of memory");
  sat_smtp_client_init(c, &limits);
  box->release = connection_free;
  box->obj = c;
  return 1;
}

/* Puts what is to be written on the stream; without one it stays.  True. */
static int written(lua_State *L, struct sat_smtp_client *c) {
  struct sat_stream *s = stream_of(L);
  int ok = 0;
  if (s != NULL) {
    ok = sat_stream_put(s, c->out.p, c->out.n);
    sat_buf_clear(&c->out);
  }
  if (ok < 0) return sat_bind_stream_fail(L, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* c:command(line) */
static int connection_command(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_error err = {0};
  size_t n;
  const char *line = luaL_checklstring(L, 2, &n);
  if (sat_smtp_client_command(c, line, n, &err) < 0)
    return sat_fail(L, &err);
  return written(L, c);
}

/* c:data(): content follows */
static int connection_data(lua_State *L) {
  struct sat_error err = {0};
  if (sat_smtp_client_data(check(L), &err) < 0) return sat_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

/* c:put(bytes) */
static int connection_put(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_error err = {0};
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  if (sat_smtp_client_put(c, p, n, &err) < 0) return sat_fail(L, &err);
  return written(L, c);
}

static unsigned replies(lua_State *L, int arg) {
  lua_Integer n = luaL_optinteger(L, arg, 1);
  luaL_argcheck(L, n >= 1 && n < 1 << 20, arg, "a number of replies");
  return (unsigned)n;
}

/* c:data_end([replies]) */
static int connection_data_end(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_error err = {0};
  if (sat_smtp_client_data_end(c, replies(L, 2), &err) < 0)
    return sat_fail(L, &err);
  return written(L, c);
}

/* c:chunk(bytes, last [, replies]) */
static int connection_chunk(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_error err = {0};
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  if (sat_smtp_client_chunk(c, p, n, lua_toboolean(L, 3), replies(L, 4),
                            &err) < 0)
    return sat_fail(L, &err);
  return written(L, c);
}

static void push_answer(lua_State *L, const struct sat_smtp_reply *r,
                        bool asked) {
  lua_pushboolean(L, 1);
  push_reply(L, r);
  if (asked) return;
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "unasked");
}

/* One reply off the stream: 1 and it is pushed, 0 none yet, -1 an error of
** the protocol, -2 one of the stream. */
static int pump(lua_State *L, struct sat_smtp_client *c,
                struct sat_stream *s, struct sat_error *err) {
  for (;;) {
    struct sat_smtp_reply r;
    const uint8_t *p;
    size_t n;
    bool asked;
    long used;
    int came;
    sat_stream_peek(s, &p, &n);
    used = n > 0 ? sat_smtp_client_read(c, p, n, &r, &asked, err) : 0;
    if (used < 0) return -1;
    if (used > 0) {
      sat_stream_skip(s, (size_t)used);
      push_answer(L, &r, asked);
      return 1;
    }
    came = sat_stream_fill(s);
    if (came <= 0) return came < 0 ? -2 : 0;
  }
}

/* c:step() -> true, reply | false | nil, err */
static int connection_step(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_stream *s = stream_of(L);
  struct sat_error err = {0};
  luaL_argcheck(L, s != NULL, 1, "a connection without a stream");
  switch (pump(L, c, s, &err)) {
    case 1: return 2;
    case 0: lua_pushboolean(L, 0); return 1;
    case -1: return sat_fail(L, &err);
    default: return sat_bind_stream_fail(L, s);
  }
}

/* c:feed(bytes) -> reply, rest | false | nil, err: without a stream; more
** bytes are given with those that were not enough */
static int connection_feed(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  struct sat_error err = {0};
  struct sat_smtp_reply r;
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  bool asked;
  long used = sat_smtp_client_read(c, (const uint8_t *)p, n, &r, &asked,
                                   &err);
  if (used < 0) return sat_fail(L, &err);
  if (used == 0) {
    lua_pushboolean(L, 0);
    return 1;
  }
  push_answer(L, &r, asked);
  lua_pushlstring(L, p + used, n - (size_t)used);
  lua_remove(L, -3);
  return 2;
}

/* c:output() -> bytes: without a stream, what is to be written */
static int connection_output(lua_State *L) {
  struct sat_smtp_client *c = check(L);
  lua_pushlstring(L, c->out.n > 0 ? (const char *)c->out.p : "", c->out.n);
  sat_buf_clear(&c->out);
  return 1;
}

/* c:expected() -> number of replies to come */
static int connection_expected(lua_State *L) {
  lua_pushinteger(L, check(L)->expected);
  return 1;
}

/* c:token(), c:cancel(): the stream's, for who waits for a reply */
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

int sat_bind_smtp(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"reply", smtp_reply}, {"keyword", smtp_keyword},
      {"path", smtp_path},   {"xtext", smtp_xtext},
      {"orcpt", smtp_orcpt}, {"lines", smtp_lines},
      {"connection", smtp_connection}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"command", connection_command}, {"data", connection_data},
      {"put", connection_put},         {"data_end", connection_data_end},
      {"chunk", connection_chunk},     {"step", connection_step},
      {"feed", connection_feed},       {"output", connection_output},
      {"expected", connection_expected}, {"token", connection_token},
      {"cancel", connection_cancel},   {NULL, NULL}};
  sat_box_type(L, CONNECTION, methods);
  luaL_newlib(L, functions);
  return 1;
}
