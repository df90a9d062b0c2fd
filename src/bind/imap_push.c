#include "bind/imap_push.h"

void sat_imap_push_text(lua_State *L, struct sat_bytes text) {
  if (text.p == NULL) lua_pushnil(L);
  else lua_pushlstring(L, (const char *)text.p, text.n);
}

void sat_imap_set_text(lua_State *L, const char *key, struct sat_bytes text) {
  if (text.p == NULL) return;
  lua_pushlstring(L, (const char *)text.p, text.n);
  lua_setfield(L, -2, key);
}

void sat_imap_set_integer(lua_State *L, const char *key, int64_t v) {
  lua_pushinteger(L, (lua_Integer)v);
  lua_setfield(L, -2, key);
}

void sat_imap_set_number(lua_State *L, const char *key,
                         struct sat_imap_number v) {
  if (v.said) sat_imap_set_integer(L, key, (int64_t)v.v);
}

void sat_imap_set_name(lua_State *L, const char *key, const char *raw_key,
                       const struct sat_imap_name *name) {
  sat_imap_set_text(L, key, name->name);
  sat_imap_set_text(L, raw_key, name->raw);
}

void sat_imap_fill_words(lua_State *L, const struct sat_imap_word *w) {
  lua_Integer i = 0;
  for (; w != NULL; w = w->next) {
    sat_imap_push_text(L, w->text);
    lua_rawseti(L, -2, ++i);
  }
}

void sat_imap_set_words(lua_State *L, const char *key,
                        const struct sat_imap_word *w) {
  int n = 0;
  for (const struct sat_imap_word *v = w; v != NULL && n < 64; v = v->next)
    n++;
  lua_createtable(L, n, 0);
  sat_imap_fill_words(L, w);
  lua_setfield(L, -2, key);
}

void sat_imap_set_pairs(lua_State *L, const char *key,
                        const struct sat_imap_pair *pair) {
  lua_newtable(L);
  for (; pair != NULL; pair = pair->next) {
    sat_imap_push_text(L, pair->key);
    sat_imap_push_text(L, pair->value);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, key);
}

void sat_imap_set_extra(lua_State *L, const struct sat_imap_pair *pair) {
  if (pair != NULL) sat_imap_set_pairs(L, "extra", pair);
}
