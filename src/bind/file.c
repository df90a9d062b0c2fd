/*
** core.file: new files as Lua's own file handles; files for secrets.
*/
#define _POSIX_C_SOURCE 200809L
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <unistd.h>

#include "base/secret.h"
#include "bind/fail.h"
#include "format/file.h"
#include "format/private.h"

int sat_bind_file(lua_State *L);

static int stream_close(lua_State *L) {
  luaL_Stream *p = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  return luaL_fileresult(L, fclose(p->f) == 0, NULL);
}

/* one of Lua's files, of the descriptor that 'open' gives */
static int open_stream(lua_State *L,
                       int (*open)(const char *, struct sat_error *)) {
  const char *path = luaL_checkstring(L, 1);
  luaL_Stream *p = lua_newuserdatauv(L, sizeof *p, 0);
  struct sat_error err = {0};
  int fd;
  p->closef = NULL;
  luaL_setmetatable(L, LUA_FILEHANDLE);
  fd = open(path, &err);
  if (fd < 0) return sat_fail(L, &err);
  p->f = fdopen(fd, "wb");
  if (p->f == NULL) {
    close(fd);
    return luaL_error(L, "not enough memory");
  }
  p->closef = stream_close;
  return 1;
}

/* create(path) -> file | nil, err: one that was not there */
static int file_create(lua_State *L) {
  return open_stream(L, sat_file_create);
}

/* lock(path) -> file | nil, err: held until it is closed */
static int file_lock(lua_State *L) {
  return open_stream(L, sat_private_lock);
}

/* read_private(path) -> bytes | nil, err */
static int file_read_private(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct sat_buf content = {0};
  struct sat_error err = {0};
  int done = sat_private_read(path, &content, &err);
  if (done == 0 && content.failed)
    done = sat_error_set(&err, SAT_E_MEMORY, "not enough memory");
  if (done == 0) lua_pushlstring(L, (const char *)content.p, content.n);
  sat_secret_wipe(content.p, content.n);
  sat_buf_free(&content);
  return done == 0 ? 1 : sat_fail(L, &err);
}

/* write_private(path, bytes) -> true | nil, err */
static int file_write_private(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  struct sat_error err = {0};
  if (sat_private_write(path, bytes, n, &err) < 0) return sat_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

/* exists(path) -> boolean: also a link that points nowhere */
static int file_exists(lua_State *L) {
  lua_pushboolean(L, sat_file_exists(luaL_checkstring(L, 1)));
  return 1;
}

int sat_bind_file(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"create", file_create},
      {"lock", file_lock},
      {"read_private", file_read_private},
      {"write_private", file_write_private},
      {"exists", file_exists},
      {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
