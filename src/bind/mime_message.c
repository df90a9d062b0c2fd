/*
** Messages of core.mime: the fields of an item, its attachments, what is in
** them.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/mime_charsets.h"
#include "bind/mime_fields.h"
#include "bind/scratch.h"
#include "format/mime_map.h"
#include "format/mime_message.h"

#define READER "satchel.mime.reader"

static void release_message(void *obj) {
  struct sat_message *m = obj;
  sat_message_free(&m);
}

static size_t limit(lua_State *L, int arg, const char *name) {
  lua_Integer v = 0;
  if (lua_istable(L, arg)) {
    lua_getfield(L, arg, name);
    v = luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
  }
  luaL_argcheck(L, v >= 0 && v <= 1 << 30, arg, name);
  return (size_t)v;
}

/* a message to be read, in a box that holds the parent ([-0,+1,e]) */
static struct sat_message *new_message(lua_State *L, int limits, int parent) {
  struct sat_mime_limits l = {.depth = (unsigned)limit(L, limits, "depth"),
                              .parts = limit(L, limits, "parts"),
                              .headers = limit(L, limits, "headers")};
  if (l.depth > SAT_MIME_DEPTH) l.depth = SAT_MIME_DEPTH;
  struct sat_charsets *charsets = sat_bind_charsets(L);
  struct sat_box *box = sat_box_new(L, SAT_MESSAGE, parent);
  struct sat_message *m = sat_message_new(charsets, l);
  if (m == NULL) luaL_error(L, "not enough memory");
  box->obj = m;
  box->release = release_message;
  return m;
}

/* { path = }, { file = } or { spool = }, which is used up */
static int read_source(lua_State *L, struct sat_message *m,
                       struct sat_error *err) {
  lua_getfield(L, 1, "spool");
  struct sat_spool *spool = sat_box_test(L, -1, SAT_SPOOL);
  if (spool != NULL) return sat_message_read_spool(m, spool, err);
  if (lua_getfield(L, 1, "path") == LUA_TSTRING)
    return sat_message_read_path(m, lua_tostring(L, -1), err);
  lua_getfield(L, 1, "file");
  luaL_Stream *s = luaL_testudata(L, -1, LUA_FILEHANDLE);
  if (s == NULL || s->closef == NULL)
    return luaL_argerror(L, 1,
                         "text, or a table with path, file or spool expected");
  fflush(s->f);
  return sat_message_read_fd(m, fileno(s->f), err);
}

/* parse(bytes | { path = | file = | spool = } [, limits])
** -> message | nil, err */
static int mime_parse(lua_State *L) {
  struct sat_error err = {0};
  struct sat_message *m;
  int rc;
  lua_settop(L, 2);
  if (lua_type(L, 1) == LUA_TSTRING) {
    size_t n;
    const char *p = lua_tolstring(L, 1, &n);
    m = new_message(L, 2, 1);
    rc = sat_message_read(m, p, n, &err);
  } else {
    luaL_checktype(L, 1, LUA_TTABLE);
    m = new_message(L, 2, 0);
    rc = read_source(L, m, &err);
  }
  if (rc < 0) return sat_fail(L, &err);
  lua_settop(L, 3);
  return 1;
}

static struct sat_mime_attachment *attachment(lua_State *L,
                                              struct sat_message *m) {
  lua_Integer num = luaL_checkinteger(L, 2);
  struct sat_mime_attachment *a =
      num < 0 ? NULL : sat_mime_attachment_at(&m->item, (size_t)num);
  luaL_argcheck(L, a != NULL, 2, "no such attachment");
  return a;
}

/* message:item(num) -> the message attached | nil, err */
static int message_item(lua_State *L) {
  struct sat_message *outer = sat_box_check(L, 1, SAT_MESSAGE);
  struct sat_mime_attachment *a = attachment(L, outer);
  struct sat_error err = {0};
  struct sat_message *m = new_message(L, 3, 1);
  if (sat_message_read_part(m, outer, a, &err) < 0) return sat_fail(L, &err);
  return 1;
}

/* decodes the content of an attachment while it is read */
struct reader {
  struct sat_message *message;
  struct sat_transfer_state state;
  struct sat_slice left;
  struct sat_slice passed; /* read, and to be forgotten if it is a file's */
  struct sat_buf ready; /* decoded, from `at` on */
  size_t at;
  bool ended;
};

static void release_reader(void *obj) {
  struct reader *r = obj;
  sat_buf_free(&r->ready);
  sat_message_free(&r->message);
  free(r);
}

/* message:open([num]) -> reader of an attachment, or of the whole as it came */
static int message_open(lua_State *L) {
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  struct sat_mime_attachment *a =
      lua_isnoneornil(L, 2) ? NULL : attachment(L, m);
  struct sat_box *box = sat_box_new(L, READER, 1);
  struct reader *r = calloc(1, sizeof *r);
  if (r == NULL) return luaL_error(L, "not enough memory");
  r->message = sat_message_hold(m);
  r->left = a != NULL ? sat_mime_attachment_bytes(a, &r->state.kind) : m->bytes;
  box->obj = r;
  box->release = release_reader;
  return 1;
}

static void pass(struct reader *r, size_t n) {
  if (r->passed.n == 0) r->passed.p = r->left.p;
  r->passed.n += n;
  r->left.p += n;
  r->left.n -= n;
  if (!r->message->item.tree.mapped || r->passed.n < SAT_MAP_STEP) return;
  sat_map_forget(r->passed.p, r->passed.n);
  r->passed.n = 0;
}

static void refill(struct reader *r, size_t wanted) {
  sat_buf_consume(&r->ready, r->at);
  r->at = 0;
  while (r->ready.n < wanted && !r->ended && !r->ready.failed) {
    size_t some = r->left.n < 65536 ? r->left.n : 65536;
    sat_transfer_feed(&r->state, &r->ready, r->left.p, some);
    pass(r, some);
    if (r->left.n == 0) {
      sat_transfer_finish(&r->state, &r->ready);
      r->ended = true;
    }
  }
}

/* reader:read([n]) -> bytes | nil at the end */
static int reader_read(lua_State *L) {
  struct reader *r = sat_box_check(L, 1, READER);
  lua_Integer wanted = luaL_optinteger(L, 2, 65536);
  luaL_argcheck(L, wanted > 0 && wanted <= 1 << 30, 2, "out of range");
  if (r->ready.n - r->at < (size_t)wanted) refill(r, (size_t)wanted);
  size_t n = r->ready.n - r->at;
  if (r->ready.failed) return luaL_error(L, "not enough memory");
  if (n == 0) {
    lua_pushnil(L);
    return 1;
  }
  if (n > (size_t)wanted) n = (size_t)wanted;
  lua_pushlstring(L, (char *)r->ready.p + r->at, n);
  r->at += n;
  return 1;
}

/* message:bytes() -> the message as it came */
static int message_bytes(lua_State *L) {
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  lua_pushlstring(L, m->bytes.p, m->bytes.n);
  return 1;
}

void sat_bind_mime_message(lua_State *L) {
  static const luaL_Reg methods[] = {{"fields", sat_message_fields},
                                     {"attachments", sat_message_attachments},
                                     {"structure", sat_message_structure},
                                     {"flaws", sat_message_flaws},
                                     {"bytes", message_bytes},
                                     {"item", message_item},
                                     {"open", message_open},
                                     {"close", sat_box_close},
                                     {NULL, NULL}};
  static const luaL_Reg reading[] = {
      {"read", reader_read}, {"close", sat_box_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"parse", mime_parse}, {NULL, NULL}};
  sat_box_type(L, SAT_MESSAGE, methods);
  sat_box_type(L, READER, reading);
  luaL_setfuncs(L, functions, 0);
}
