#include "bind/scratch.h"

#include <lauxlib.h>
#include <string.h>

#include "bind/fail.h"

#define TNAME "satchel.scratch"

static int scratch_gc(lua_State *L) {
  sat_scratch_free(lua_touserdata(L, 1));
  return 0;
}

void sat_scratch_free(struct sat_scratch *s) {
  sat_buf_free(&s->buf);
  sat_arena_reset(&s->arena);
}

struct sat_scratch *sat_scratch_new(lua_State *L) {
  struct sat_scratch *s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  if (luaL_newmetatable(L, TNAME)) {
    lua_pushcfunction(L, scratch_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return s;
}

int sat_scratch_string(lua_State *L, struct sat_scratch *s) {
  if (s->buf.failed) {
    sat_scratch_free(s);
    return luaL_error(L, "not enough memory, or too large");
  }
  lua_pushlstring(L, s->buf.n > 0 ? (const char *)s->buf.p : "", s->buf.n);
  sat_scratch_free(s);
  return 1;
}

int sat_scratch_fail(lua_State *L, struct sat_scratch *s) {
  sat_scratch_free(s);
  return sat_fail(L, &s->err);
}
