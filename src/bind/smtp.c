/*
** core.smtp: the grammar of SMTP, and connections: the client's side of the
** protocol on a byte stream.  A connection without a stream is fed by hand.
*/
#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/conv_field.h"
#include "bind/fail.h"
#include "bind/line.h"
#include "bind/scratch.h"
#include "mail/smtp_client.h"
#include "wire/smtp_path.h"

#define CONNECTION "satchel.smtp.connection"

int sat_bind_smtp(lua_State *L);

/* Replies -------------------------------------------------------------- */

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
    sat_push_bytes(L, r->lines[i]);
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
    sat_push_bytes(L, word);
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

/* connection([stream [, limits]]) */
static int smtp_connection(lua_State *L) {
  struct sat_smtp_limits limits = {sat_bind_line_limit(L, 2, "line"),
                                   sat_bind_line_limit(L, 2, "reply")};
  struct sat_smtp_client *c =
      sat_bind_line_new(L, CONNECTION, sizeof *c, connection_free);
  sat_smtp_client_init(c, &limits);
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
  return sat_bind_line_written(L, &c->out);
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
  return sat_bind_line_written(L, &c->out);
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
  return sat_bind_line_written(L, &c->out);
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
  return sat_bind_line_written(L, &c->out);
}

static int read_answer(lua_State *L, void *client, const uint8_t *p,
                       size_t n, size_t *used_r, struct sat_error *err) {
  struct sat_smtp_reply r;
  bool asked;
  long used = n > 0 ? sat_smtp_client_read(client, p, n, &r, &asked, err) : 0;
  if (used <= 0) return (int)used;
  *used_r = (size_t)used;
  push_reply(L, &r);
  if (asked) return 1;
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "unasked");
  return 1;
}

static int connection_step(lua_State *L) {
  return sat_bind_line_step(L, check(L), read_answer);
}

static int connection_feed(lua_State *L) {
  return sat_bind_line_feed(L, check(L), read_answer);
}

static int connection_output(lua_State *L) {
  return sat_bind_line_output(L, &check(L)->out);
}

/* c:expected() -> number of replies to come */
static int connection_expected(lua_State *L) {
  lua_pushinteger(L, check(L)->expected);
  return 1;
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
      {"expected", connection_expected}, {"token", sat_bind_line_token},
      {"cancel", sat_bind_line_cancel},   {NULL, NULL}};
  sat_box_type(L, CONNECTION, methods);
  luaL_newlib(L, functions);
  return 1;
}
