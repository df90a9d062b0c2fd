#include "bind/srv.h"

#include <lauxlib.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/net.h"
#include "net/srv.h"

#define SRV "satchel.srv"
#define TIMEOUT 10

static void srv_release(void *obj) {
  struct sat_srv *s = obj;
  sat_srv_free(&s);
}

static struct sat_srv *check_srv(lua_State *L) {
  return sat_box_check(L, 1, SRV);
}

int sat_bind_srv(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  double seconds = luaL_optnumber(L, 2, TIMEOUT);
  const char *servers = luaL_optstring(L, 3, NULL);
  struct sat_error err = {0};
  struct sat_box *b;
  luaL_argcheck(L, seconds > 0 && seconds < 1e6, 2, "not a time");
  sat_bind_push_loop(L);
  b = sat_box_new(L, SRV, -1);
  b->release = srv_release;
  b->obj = sat_srv_query(sat_bind_loop(L), name, servers, seconds, &err);
  return b->obj != NULL ? 1 : sat_fail(L, &err);
}

static void push_record(lua_State *L, const struct sat_srv_record *r) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, r->target);
  lua_setfield(L, -2, "target");
  lua_pushinteger(L, r->port);
  lua_setfield(L, -2, "port");
  lua_pushinteger(L, r->priority);
  lua_setfield(L, -2, "priority");
  lua_pushinteger(L, r->weight);
  lua_setfield(L, -2, "weight");
}

/* true, list of records | false | nil, err */
static int srv_step(lua_State *L) {
  struct sat_srv *s = check_srv(L);
  struct sat_error err = {0};
  const struct sat_srv_record *r;
  if (sat_srv_step(s) == 0 && sat_loop_poll(sat_bind_loop(L), &err) < 0)
    return sat_fail(L, &err);
  if (sat_srv_step(s) < 0) return sat_fail(L, sat_srv_error(s));
  lua_pushboolean(L, sat_srv_step(s));
  lua_newtable(L);
  for (size_t i = 0; (r = sat_srv_record(s, i)) != NULL; i++) {
    push_record(L, r);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 2;
}

static int srv_token(lua_State *L) {
  struct sat_op *op = sat_srv_op(check_srv(L));
  lua_pushinteger(L, (lua_Integer)sat_op_watch(op));
  return 1;
}

void sat_bind_srv_type(lua_State *L) {
  static const luaL_Reg srv_methods[] = {{"step", srv_step},
                                         {"token", srv_token},
                                         {"cancel", sat_box_close},
                                         {NULL, NULL}};
  sat_box_type(L, SRV, srv_methods);
}
