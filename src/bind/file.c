/*
** core.file: new files as Lua's own file handles.
*/
#define _POSIX_C_SOURCE 200809L
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <unistd.h>

#include "bind/fail.h"
#include "format/file.h"

int sat_bind_file(lua_State *L);

static int stream_close(lua_State *L) {
  luaL_Stream *p = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  return luaL_fileresult(L, fclose(p->f) == 0, NULL);
}

/* create(path) -> file | nil, err: one that was not there */
static int file_create(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  luaL_Stream *p = lua_newuserdatauv(L, sizeof *p, 0);
  struct sat_error err = {0};
  int fd;
  p->closef = NULL;
  luaL_setmetatable(L, LUA_FILEHANDLE);
  fd = sat_file_create(path, &err);
  if (fd < 0) return sat_fail(L, &err);
  p->f = fdopen(fd, "wb");
  if (p->f == NULL) {
    close(fd);
    return luaL_error(L, "not enough memory");
  }
  p->closef = stream_close;
  return 1;
}

/* exists(path) -> boolean: also a link that points nowhere */
static int file_exists(lua_State *L) {
  lua_pushboolean(L, sat_file_exists(luaL_checkstring(L, 1)));
  return 1;
}

int sat_bind_file(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"create", file_create}, {"exists", file_exists}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
