/*
** core.imap: what scripts say to servers and hear from them in a form of its
** own: sets of numbers, names in modified UTF-7, keywords, quoted strings,
** dates.
*/
#include <string.h>

#include "base/text.h"
#include "bind/fail.h"
#include "bind/imap_response.h"
#include "bind/scratch.h"
#include "wire/imap_date.h"
#include "wire/imap_quote.h"
#include "wire/imap_set.h"
#include "wire/imap_utf7.h"

#define SET_MAX 10000000 /* numbers that a set is spread to */

static int fail(lua_State *L, struct sat_scratch *s, enum sat_error_kind kind,
                const char *text) {
  sat_error_set(&s->err, kind, "%s", text);
  return sat_scratch_fail(L, s);
}

/*
** Sets
*/
/* the numbers of the list at 'arg', in the arena */
static uint32_t *check_numbers(lua_State *L, int arg, struct sat_scratch *s,
                               size_t *n_r) {
  uint32_t *v;
  size_t n;
  luaL_checktype(L, arg, LUA_TTABLE);
  n = lua_rawlen(L, arg);
  v = sat_arena_array(&s->arena, n, sizeof *v);
  if (v == NULL) luaL_error(L, "not enough memory");
  for (size_t i = 0; i < n; i++) {
    int is;
    lua_Integer k;
    lua_rawgeti(L, arg, (lua_Integer)i + 1);
    k = lua_tointegerx(L, -1, &is);
    lua_pop(L, 1);
    luaL_argcheck(L, is && k > 0 && k <= UINT32_MAX, arg,
                  "a list of numbers from 1 to 4294967295");
    v[i] = (uint32_t)k;
  }
  *n_r = n;
  return v;
}

/* set(list [, "ordered"]) -> text */
static int imap_set(lua_State *L) {
  static const char *const orders[] = {"sorted", "ordered", NULL};
  bool ordered = luaL_checkoption(L, 2, "sorted", orders) == 1;
  struct sat_scratch *s = sat_scratch_new(L);
  size_t n;
  uint32_t *v = check_numbers(L, 1, s, &n);
  if (!ordered) n = sat_imap_set_sort(v, n);
  sat_imap_set_print(&s->buf, v, n, 0);
  return sat_scratch_string(L, s);
}

/* sets(list, bytes) -> list of texts of at most so many bytes each */
static int imap_sets(lua_State *L) {
  lua_Integer bytes = luaL_checkinteger(L, 2), i = 0;
  struct sat_scratch *s = sat_scratch_new(L);
  size_t n, at = 0;
  uint32_t *v = check_numbers(L, 1, s, &n);
  luaL_argcheck(L, bytes > 0, 2, "a number of bytes");
  n = sat_imap_set_sort(v, n);
  lua_newtable(L);
  while (at < n) {
    sat_buf_clear(&s->buf);
    at += sat_imap_set_print(&s->buf, v + at, n - at, (size_t)bytes);
    if (s->buf.failed) return luaL_error(L, "not enough memory");
    lua_pushlstring(L, (const char *)s->buf.p, s->buf.n);
    lua_rawseti(L, -2, ++i);
  }
  sat_scratch_free(s);
  return 1;
}

/* Appends the numbers of a range to the list on top; false if there are too
** many. */
static bool spread(lua_State *L, struct sat_imap_range r, lua_Integer max,
                   lua_Integer *n) {
  lua_Integer a = r.first != 0 ? r.first : max;
  lua_Integer b = r.last != 0 ? r.last : max;
  if (a > b) {
    lua_Integer c = a;
    a = b;
    b = c;
  }
  if (b - a >= SET_MAX - *n) return false;
  for (; a <= b; a++) {
    lua_pushinteger(L, a);
    lua_rawseti(L, -2, ++*n);
  }
  return true;
}

/* ids(set [, max]) -> list of numbers in the order of the set; max is "*" */
static int imap_ids(lua_State *L) {
  size_t n;
  const char *p = luaL_checklstring(L, 1, &n), *end = p + n;
  lua_Integer max = luaL_optinteger(L, 2, 0), count = 0;
  struct sat_error err = {0};
  struct sat_imap_range r;
  int k;
  lua_newtable(L);
  while ((k = sat_imap_set_next(&p, end, &r)) > 0) {
    if (max <= 0 && (r.first == 0 || r.last == 0)) {
      sat_error_set(&err, SAT_E_INVALID, "what \"*\" is was not said");
      return sat_fail(L, &err);
    }
    if (!spread(L, r, max, &count)) {
      sat_error_set(&err, SAT_E_LIMIT, "a set of more than %d numbers",
                    SET_MAX);
      return sat_fail(L, &err);
    }
  }
  if (k == 0) return 1;
  sat_error_set(&err, SAT_E_PROTOCOL, "the set is broken");
  return sat_fail(L, &err);
}

/*
** Names and keywords
*/
static int encode(lua_State *L, enum sat_imap_utf7 form) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (strpbrk(s, "\r\n") != NULL || memchr(s, '\0', n) != NULL)
    return fail(L, scratch, SAT_E_INVALID, "CR, LF or NUL in a name");
  if (!sat_imap_utf7_encode(&scratch->buf, form, s, n))
    return fail(L, scratch, SAT_E_INVALID, "the name is no UTF-8");
  return sat_scratch_string(L, scratch);
}

static int decode(lua_State *L, enum sat_imap_utf7 form, const char *what) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  uint8_t *out = sat_buf_reserve(&scratch->buf, SAT_IMAP_UTF7_ROOM(n));
  ssize_t k = out != NULL ? sat_imap_utf7_decode((char *)out, form, s, n) : 0;
  if (k < 0) return fail(L, scratch, SAT_E_PROTOCOL, what);
  sat_buf_added(&scratch->buf, (size_t)k);
  return sat_scratch_string(L, scratch);
}

/* utf7(name) -> text | nil, err */
static int imap_utf7(lua_State *L) { return encode(L, SAT_IMAP_UTF7_NAME); }

/* from_utf7(text) -> name | nil, err */
static int imap_from_utf7(lua_State *L) {
  return decode(L, SAT_IMAP_UTF7_NAME, "the name is no modified UTF-7");
}

/* flag(category) -> keyword | nil, err */
static int imap_flag(lua_State *L) {
  luaL_argcheck(L, lua_rawlen(L, 1) > 0, 1, "a category");
  return encode(L, SAT_IMAP_UTF7_KEYWORD);
}

/* category(keyword) -> text | nil, err: no text has this keyword */
static int imap_category(lua_State *L) {
  return decode(L, SAT_IMAP_UTF7_KEYWORD, "the keyword is no category");
}

/*
** Strings and dates
*/
/* quote(text [, { utf8 = }]) -> quoted | nil (it needs a literal) | nil, err */
static int imap_quote(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  bool utf8 = lua_istable(L, 2) && lua_getfield(L, 2, "utf8") != LUA_TNIL &&
              lua_toboolean(L, -1);
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (strpbrk(s, "\r\n") != NULL || memchr(s, '\0', n) != NULL)
    return fail(L, scratch, SAT_E_INVALID, "CR, LF or NUL in a text");
  if (sat_imap_quote(&scratch->buf, s, n, utf8))
    return sat_scratch_string(L, scratch);
  sat_scratch_free(scratch);
  lua_pushnil(L);
  return 1;
}

/* date_time(seconds) -> "17-Jul-1996 02:44:25 +0000" */
static int imap_date_time(lua_State *L) {
  lua_Integer seconds = luaL_checkinteger(L, 1);
  struct sat_scratch *s = sat_scratch_new(L);
  luaL_argcheck(L, seconds >= SAT_IMAP_DATE_MIN &&
                seconds <= SAT_IMAP_DATE_MAX, 1, "a year from 0 to 9999");
  sat_imap_date_print(&s->buf, seconds);
  return sat_scratch_string(L, s);
}

const luaL_Reg sat_bind_imap_names[] = {{"set", imap_set},
                                        {"sets", imap_sets},
                                        {"ids", imap_ids},
                                        {"utf7", imap_utf7},
                                        {"from_utf7", imap_from_utf7},
                                        {"flag", imap_flag},
                                        {"category", imap_category},
                                        {"quote", imap_quote},
                                        {"date_time", imap_date_time},
                                        {NULL, NULL}};
