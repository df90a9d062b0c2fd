/*
** core.mime.spool: bytes in memory, or in a temporary file if they are many.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/mime_charsets.h"
#include "bind/scratch.h"
#include "format/mime_spool.h"

static void release_spool(void *obj) {
  sat_spool_close(obj);
  free(obj);
}

/* spool() -> an empty one */
static int mime_spool(lua_State *L) {
  struct sat_box *box = sat_box_new(L, SAT_SPOOL, 0);
  box->obj = calloc(1, sizeof(struct sat_spool));
  if (box->obj == NULL) return luaL_error(L, "not enough memory");
  box->release = release_spool;
  return 1;
}

/* spool:write(bytes) -> spool | nil, err */
static int spool_write(lua_State *L) {
  struct sat_spool *s = sat_box_check(L, 1, SAT_SPOOL);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  sat_spool_put(s, p, n);
  if (s->err.kind != SAT_OK) return sat_fail(L, &s->err);
  lua_settop(L, 1);
  return 1;
}

/* spool:size() -> bytes */
static int spool_size(lua_State *L) {
  struct sat_spool *s = sat_box_check(L, 1, SAT_SPOOL);
  lua_pushinteger(L, (lua_Integer)s->size);
  return 1;
}

/* spool:read(offset, n) -> bytes | nil, err */
static int spool_read(lua_State *L) {
  struct sat_spool *s = sat_box_check(L, 1, SAT_SPOOL);
  lua_Integer at = luaL_checkinteger(L, 2), n = luaL_checkinteger(L, 3);
  luaL_argcheck(L, at >= 0, 2, "out of range");
  luaL_argcheck(L, n >= 0 && n <= 1 << 30, 3, "out of range");
  struct sat_scratch *scratch = sat_scratch_new(L);
  if (sat_spool_read(s, (size_t)at, (size_t)n, &scratch->buf) == 0)
    return sat_scratch_string(L, scratch);
  sat_scratch_free(scratch);
  return sat_fail(L, &s->err);
}

void sat_bind_mime_spool(lua_State *L) {
  static const luaL_Reg methods[] = {{"write", spool_write},
                                     {"read", spool_read},
                                     {"size", spool_size},
                                     {"close", sat_box_close},
                                     {NULL, NULL}};
  static const luaL_Reg functions[] = {{"spool", mime_spool}, {NULL, NULL}};
  sat_box_type(L, SAT_SPOOL, methods);
  luaL_setfuncs(L, functions, 0);
}
