/*
** core.imap: responses out of bytes.
*/
#include <string.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/imap_response.h"
#include "bind/scratch.h"
#include "wire/imap_broken.h"
#include "wire/imap_split.h"

#define SPLITTER "satchel.imap_splitter"

static struct sat_imap_options check_options(lua_State *L, int arg) {
  struct sat_imap_options o = {0};
  if (lua_isnoneornil(L, arg)) return o;
  luaL_checktype(L, arg, LUA_TTABLE);
  lua_getfield(L, arg, "utf8");
  o.utf8 = lua_toboolean(L, -1);
  lua_getfield(L, arg, "depth");
  o.max_depth = (unsigned)luaL_optinteger(L, -1, 0);
  lua_pop(L, 2);
  return o;
}

/* whether what is broken is wanted as far as it goes */
static bool check_broken(lua_State *L, int arg) {
  bool wanted;
  if (lua_isnoneornil(L, arg)) return false;
  lua_getfield(L, arg, "broken");
  wanted = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return wanted;
}

/* parse(bytes [, { utf8 =, depth =, broken = }]) -> response | nil, err */
static int imap_parse(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_imap_options options = check_options(L, 2);
  bool broken = check_broken(L, 2);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_imap_response response;
  int result = (broken ? sat_imap_read : sat_imap_parse)(
      s, n, &options, &scratch->arena, &scratch->err, &response);
  if (result < 0) {
    bool known = response.type == SAT_IMAP_BROKEN;
    sat_bind_imap_fail(L, &scratch->err, known ? &response : NULL);
  } else {
    sat_bind_imap_push(L, &response);
  }
  sat_scratch_free(scratch);
  return result < 0 ? 2 : 1;
}

/* print(bytes [, options]) -> bytes of the same meaning in one form | nil, err
*/
static int imap_print(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_imap_options options = check_options(L, 2);
  struct sat_scratch *scratch = sat_scratch_new(L);
  struct sat_imap_response response;
  if (sat_imap_parse(s, n, &options, &scratch->arena, &scratch->err,
                     &response) < 0)
    return sat_scratch_fail(L, scratch);
  sat_imap_print(&scratch->buf, &response);
  return sat_scratch_string(L, scratch);
}

/*
** Splitting
*/
struct splitter {
  struct sat_imap_splitter split;
  struct sat_buf buf;
};

static void splitter_free(void *obj) {
  struct splitter *s = obj;
  sat_buf_free(&s->buf);
  memset(&s->split, 0, sizeof s->split);
}

static size_t opt_limit(lua_State *L, int arg, const char *name) {
  size_t v = 0;
  if (lua_isnoneornil(L, arg)) return 0;
  luaL_checktype(L, arg, LUA_TTABLE);
  if (lua_getfield(L, arg, name) != LUA_TNIL)
    v = (size_t)luaL_checkinteger(L, -1);
  lua_pop(L, 1);
  return v;
}

static void check_limits(lua_State *L, int arg,
                         struct sat_imap_splitter *s) {
  s->max_line = opt_limit(L, arg, "line");
  s->max_literal = opt_limit(L, arg, "literal");
  s->max_response = opt_limit(L, arg, "response");
}

/* Appends the complete responses of p[0..n) to the list on top; returns how
** many bytes they are, or -1. */
static ssize_t take_responses(lua_State *L, struct sat_imap_splitter *s,
                              const char *p, size_t n) {
  size_t at = 0;
  for (;;) {
    ssize_t k = sat_imap_split(s, p + at, n - at);
    if (k < 0) return -1;
    if (k == 0) return (ssize_t)at;
    lua_pushlstring(L, p + at, (size_t)k);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    at += (size_t)k;
  }
}

/* split(bytes [, limits]) -> list of responses, bytes left | nil, err */
static int imap_split(lua_State *L) {
  struct sat_imap_splitter s = {0};
  size_t n;
  const char *p = luaL_checklstring(L, 1, &n);
  ssize_t k;
  check_limits(L, 2, &s);
  lua_newtable(L);
  k = take_responses(L, &s, p, n);
  if (k < 0) return sat_fail(L, &s.err);
  lua_pushlstring(L, p + k, n - (size_t)k);
  return 2;
}

/* splitter([{ line =, literal =, response = }]) -> s */
static int imap_splitter(lua_State *L) {
  struct sat_imap_splitter limits = {0};
  struct sat_box *box;
  struct splitter *s;
  check_limits(L, 1, &limits);
  box = sat_box_new(L, SPLITTER, 0);
  s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  s->split = limits;
  lua_setiuservalue(L, -2, 2);
  box->obj = s;
  box->release = splitter_free;
  return 1;
}

/* s:feed(bytes) -> list of responses that are now complete | nil, err */
static int splitter_feed(lua_State *L) {
  struct splitter *s = sat_box_check(L, 1, SPLITTER);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  ssize_t k;
  sat_buf_put(&s->buf, p, n);
  if (s->buf.failed) return luaL_error(L, "not enough memory");
  lua_newtable(L);
  k = take_responses(L, &s->split, (const char *)s->buf.p, s->buf.n);
  if (k < 0) return sat_fail(L, &s->split.err);
  sat_buf_consume(&s->buf, (size_t)k);
  return 1;
}

/* s:pending() -> bytes of the response under way, bytes that it still needs */
static int splitter_pending(lua_State *L) {
  struct splitter *s = sat_box_check(L, 1, SPLITTER);
  lua_pushinteger(L, (lua_Integer)s->buf.n);
  lua_pushinteger(L, (lua_Integer)s->split.need);
  return 2;
}

void sat_bind_imap_types(lua_State *L) {
  static const luaL_Reg methods[] = {{"feed", splitter_feed},
                                     {"pending", splitter_pending},
                                     {NULL, NULL}};
  sat_box_type(L, SPLITTER, methods);
}

const luaL_Reg sat_bind_imap_wire[] = {{"parse", imap_parse},
                                       {"print", imap_print},
                                       {"split", imap_split},
                                       {"splitter", imap_splitter},
                                       {NULL, NULL}};
