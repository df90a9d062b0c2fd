/*
** core.mime: header fields as they are written.  What cannot be written is
** nil and an error.
*/
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "bind/mime_charsets.h"
#include "bind/scratch.h"
#include "format/mime_encode.h"

static struct sat_line begin(lua_State *L, int utf8, struct sat_scratch *s) {
  struct sat_line f = {.out = &s->buf, .utf8 = lua_toboolean(L, utf8),
                        .err = &s->err};
  sat_line_begin(&f, sat_bind_slice(L, 1));
  return f;
}

static int end(lua_State *L, struct sat_line *f, struct sat_scratch *s) {
  sat_line_end(f);
  if (s->err.kind != SAT_OK) return sat_scratch_fail(L, s);
  return sat_scratch_string(L, s);
}

static int of_text(lua_State *L,
                   void (*put)(struct sat_line *, struct sat_slice)) {
  luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  lua_settop(L, 3);
  struct sat_scratch *s = sat_scratch_new(L);
  struct sat_line f = begin(L, 3, s);
  put(&f, sat_bind_slice(L, 2));
  return end(L, &f, s);
}

/* header(name, text [, utf8]) -> "Name: text\r\n" | nil, err */
static int mime_header(lua_State *L) { return of_text(L, sat_line_text); }

/* header_words(name, words [, utf8]): message ids and other ASCII words */
static int mime_header_words(lua_State *L) {
  return of_text(L, sat_line_words);
}

/* a field of the table at the top; the table holds the string */
static struct sat_slice text_of(lua_State *L, const char *name) {
  struct sat_slice s = {NULL, 0};
  if (lua_getfield(L, -1, name) == LUA_TSTRING)
    s.p = lua_tolstring(L, -1, &s.n);
  lua_pop(L, 1);
  return s;
}

/* header_addresses(name, list of { name =, email = } [, utf8]) */
static int mime_header_addresses(lua_State *L) {
  luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 3);
  struct sat_scratch *s = sat_scratch_new(L);
  struct sat_line f = begin(L, 3, s);
  for (lua_Integer i = 1; lua_geti(L, 2, i) == LUA_TTABLE; i++) {
    sat_line_address(&f, text_of(L, "name"), text_of(L, "email"), i == 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return end(L, &f, s);
}

/* header_params(name, word, list of { name, value } [, utf8]) */
static int mime_header_params(lua_State *L) {
  luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  struct sat_scratch *s = sat_scratch_new(L);
  struct sat_line f = begin(L, 4, s);
  sat_line_words(&f, sat_bind_slice(L, 2));
  for (lua_Integer i = 1; lua_geti(L, 3, i) == LUA_TTABLE; i++) {
    lua_geti(L, -1, 1);
    lua_geti(L, -2, 2);
    sat_line_param(&f, sat_bind_slice(L, -2), sat_bind_slice(L, -1));
    lua_pop(L, 3);
  }
  lua_pop(L, 1);
  return end(L, &f, s);
}

/* encode_email(email) -> with its domain in ASCII | nil, err */
static int mime_encode_email(lua_State *L) {
  luaL_checkstring(L, 1);
  struct sat_scratch *s = sat_scratch_new(L);
  struct sat_line f = {.out = &s->buf, .err = &s->err};
  sat_line_address(&f, (struct sat_slice){0}, sat_bind_slice(L, 1), true);
  if (s->err.kind != SAT_OK) return sat_scratch_fail(L, s);
  size_t n = s->buf.n; /* a blank goes before it */
  if (n > 0) memmove(s->buf.p, s->buf.p + 1, n - 1);
  if (n > 0) s->buf.n = n - 1;
  return sat_scratch_string(L, s);
}

void sat_bind_mime_encode(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"header", mime_header},
      {"header_words", mime_header_words},
      {"header_addresses", mime_header_addresses},
      {"header_params", mime_header_params},
      {"encode_email", mime_encode_email},
      {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
