#include "bind/fail.h"

void sat_fail_push(lua_State *L, const struct sat_error *e) {
  lua_createtable(L, 0, 6);
  lua_pushstring(L, sat_error_kind_name(e->kind));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, e->text);
  lua_setfield(L, -2, "message");
  if (e->code != 0) {
    lua_pushinteger(L, (lua_Integer)e->code);
    lua_setfield(L, -2, "code");
  }
  lua_pushboolean(L, e->retryable);
  lua_setfield(L, -2, "retryable");
  if (e->retry_after > 0) {
    lua_pushnumber(L, e->retry_after);
    lua_setfield(L, -2, "retry_after");
  }
}

int sat_fail(lua_State *L, const struct sat_error *e) {
  lua_pushnil(L);
  sat_fail_push(L, e);
  return 2;
}
