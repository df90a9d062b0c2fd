/*
** core.pop3: the grammar of POP3, and connections: the client's side of the
** protocol on a byte stream.  A connection without a stream is fed by hand.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "bind/box.h"
#include "bind/conv_field.h"
#include "bind/fail.h"
#include "bind/line.h"
#include "mail/pop3_client.h"

#define CONNECTION "satchel.pop3.connection"

int sat_bind_pop3(lua_State *L);

/* Answers and listings ------------------------------------------------- */

/* { status = "ok"|"err"|"challenge", text =, code = } */
static void push_status(lua_State *L, const struct sat_pop3_answer *a) {
  static const char *const names[] = {"ok", "err", "challenge"};
  lua_createtable(L, 0, 4);
  lua_pushstring(L, names[a->status]);
  lua_setfield(L, -2, "status");
  sat_push_bytes(L, a->text);
  lua_setfield(L, -2, "text");
  if (a->code.n == 0) return;
  sat_push_bytes(L, a->code);
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
  sat_push_bytes(L, stamp);
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
  sat_push_bytes(L, uid);
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

/* connection([stream [, limits]]) */
static int pop3_connection(lua_State *L) {
  struct sat_pop3_limits limits = {sat_bind_line_limit(L, 2, "line"),
                                   sat_bind_line_limit(L, 2, "message")};
  struct sat_pop3_client *c =
      sat_bind_line_new(L, CONNECTION, sizeof *c, connection_free);
  sat_pop3_client_init(c, &limits);
  return 1;
}

/* c:command(line [, lines follow]) -> true | nil, err */
static int connection_command(lua_State *L) {
  struct sat_pop3_client *c = check(L);
  struct sat_error err = {0};
  size_t n;
  const char *line = luaL_checklstring(L, 2, &n);
  if (sat_pop3_client_command(c, line, n, lua_toboolean(L, 3), &err) < 0)
    return sat_fail(L, &err);
  return sat_bind_line_written(L, &c->out);
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

static int read_event(lua_State *L, void *client, const uint8_t *p, size_t n,
                      size_t *used_r, struct sat_error *err) {
  int event = sat_pop3_client_read(client, p, n, used_r, err);
  if (event < 0) return -1;
  if (event == SAT_POP3_MORE) return 0;
  push_event(L, client, event);
  return 1;
}

static int connection_step(lua_State *L) {
  return sat_bind_line_step(L, check(L), read_event);
}

static int connection_feed(lua_State *L) {
  return sat_bind_line_feed(L, check(L), read_event);
}

static int connection_output(lua_State *L) {
  return sat_bind_line_output(L, &check(L)->out);
}

/* c:expected() -> number of answers that have not ended */
static int connection_expected(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)sat_pop3_client_expected(check(L)));
  return 1;
}

int sat_bind_pop3(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"answer", pop3_answer}, {"numbers", pop3_numbers},
      {"timestamp", pop3_timestamp}, {"sizes", pop3_sizes},
      {"uids", pop3_uids}, {"connection", pop3_connection}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"command", connection_command}, {"step", connection_step},
      {"feed", connection_feed},       {"output", connection_output},
      {"expected", connection_expected}, {"token", sat_bind_line_token},
      {"cancel", sat_bind_line_cancel},   {NULL, NULL}};
  sat_box_type(L, CONNECTION, methods);
  luaL_newlib(L, functions);
  return 1;
}
