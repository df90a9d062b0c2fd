/*
** core.net: the loop of this Lua state, timers, HTTP requests, SRV queries
** and byte streams.  Each is an operation for task.lua: token() names it,
** step() looks, cancel() ends.
*/
#include "bind/net.h"

#include <errno.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bind/box.h"
#include "bind/fail.h"
#include "bind/http.h"
#include "bind/jwt.h"
#include "bind/sasl.h"
#include "bind/srv.h"
#include "bind/stream.h"
#include "net/alarm.h"
#include "net/timer.h"
#include "net/trace.h"

#define LOOP "satchel.loop"
#define ALARM "satchel.alarm"

static const char loop_key = 0; /* its address is the registry's key */

static void loop_release(void *obj) {
  struct sat_loop *loop = obj;
  sat_loop_unref(&loop);
}

static void alarm_release(void *obj) {
  struct sat_alarm *a = obj;
  sat_alarm_free(&a);
}

void sat_bind_push_loop(lua_State *L) {
  struct sat_error err = {0};
  struct sat_box *b;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key) == LUA_TUSERDATA) return;
  lua_pop(L, 1);
  b = sat_box_new(L, LOOP, 0);
  b->release = loop_release;
  b->obj = sat_loop_new(&err);
  if (b->obj == NULL) luaL_error(L, "%s", err.text);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loop_key);
}

struct sat_loop *sat_bind_loop(lua_State *L) {
  struct sat_loop *loop;
  sat_bind_push_loop(L);
  loop = sat_box_check(L, -1, LOOP);
  lua_pop(L, 1);
  return loop;
}

static struct sat_loop *check_loop(lua_State *L) {
  return sat_box_check(L, 1, LOOP);
}

static int net_loop(lua_State *L) {
  sat_bind_push_loop(L);
  return 1;
}

static int loop_fd(lua_State *L) {
  lua_pushinteger(L, sat_loop_fd(check_loop(L)));
  return 1;
}

static int loop_timeout(lua_State *L) {
  double t = sat_loop_timeout(check_loop(L));
  if (t < 0) return 0;
  lua_pushnumber(L, t);
  return 1;
}

/* no argument: as long as it takes */
static int loop_step(lua_State *L) {
  struct sat_loop *loop = check_loop(L);
  struct sat_error err = {0};
  double seconds = luaL_optnumber(L, 2, -1);
  if (sat_loop_step(loop, seconds, &err) < 0) return sat_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

static int loop_finished(lua_State *L) {
  uint64_t token = sat_loop_finished(check_loop(L));
  if (token == 0) return 0;
  lua_pushinteger(L, (lua_Integer)token);
  return 1;
}

static int loop_timer(lua_State *L) {
  struct sat_loop *loop = check_loop(L);
  double seconds = luaL_checknumber(L, 2);
  struct sat_box *b;
  luaL_argcheck(L, !isnan(seconds), 2, "not a time");
  b = sat_box_new(L, ALARM, 1);
  b->release = alarm_release;
  b->obj = sat_alarm_new(loop, seconds);
  if (b->obj == NULL) return luaL_error(L, "not enough memory");
  return 1;
}

static unsigned check_events(lua_State *L, int arg) {
  static const char *const names[] = {"r", "w", "rw", NULL};
  static const unsigned events[] = {SAT_READ, SAT_WRITE,
                                    SAT_READ | SAT_WRITE};
  return events[luaL_checkoption(L, arg, "r", names)];
}

/* loop:watch(fd, "r" | "w" | "rw" [, seconds]) -> operation | nil, err;
** its value: whether the descriptor is ready */
static int loop_watch(lua_State *L) {
  struct sat_loop *loop = check_loop(L);
  int fd = (int)luaL_checkinteger(L, 2);
  unsigned events = check_events(L, 3);
  double seconds = luaL_optnumber(L, 4, -1);
  struct sat_error err = {0};
  struct sat_box *b = sat_box_new(L, ALARM, 1);
  b->release = alarm_release;
  b->obj = sat_alarm_watch(loop, fd, events, seconds);
  if (b->obj != NULL) return 1;
  sat_error_set(&err, SAT_E_INVALID, "cannot watch descriptor %d: %s", fd,
                strerror(errno));
  return sat_fail(L, &err);
}

static int alarm_step(lua_State *L) {
  struct sat_alarm *a = sat_box_check(L, 1, ALARM);
  struct sat_op *op = sat_alarm_op(a);
  if (!op->done) sat_loop_poll(op->loop, NULL);
  lua_pushboolean(L, op->done);
  lua_pushboolean(L, sat_alarm_ready(a));
  return 2;
}

static int alarm_token(lua_State *L) {
  struct sat_op *op = sat_alarm_op(sat_box_check(L, 1, ALARM));
  lua_pushinteger(L, (lua_Integer)sat_op_watch(op));
  return 1;
}

static int net_mask(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct sat_buf out = {0};
  sat_trace_mask(&out, s, n);
  if (out.failed) {
    sat_buf_free(&out);
    return luaL_error(L, "not enough memory");
  }
  lua_pushlstring(L, (const char *)out.p, out.n);
  sat_buf_free(&out);
  return 1;
}

/* seconds of the monotonic clock */
static int net_now(lua_State *L) {
  lua_pushnumber(L, sat_clock());
  return 1;
}

static int net_host_name(lua_State *L) {
  char name[256]; /* POSIX has no longer ones */
  if (gethostname(name, sizeof name) != 0) return 0;
  name[sizeof name - 1] = '\0';
  lua_pushstring(L, name);
  return 1;
}

int sat_bind_net(lua_State *L) {
  static const luaL_Reg loop_methods[] = {
      {"fd", loop_fd},       {"timeout", loop_timeout},
      {"step", loop_step},   {"finished", loop_finished},
      {"timer", loop_timer}, {"watch", loop_watch},
      {NULL, NULL}};
  static const luaL_Reg alarm_methods[] = {{"step", alarm_step},
                                           {"token", alarm_token},
                                           {"cancel", sat_box_close},
                                           {NULL, NULL}};
  static const luaL_Reg functions[] = {{"loop", net_loop},
                                       {"http", sat_bind_http},
                                       {"srv", sat_bind_srv},
                                       {"stream", sat_bind_stream},
                                       {"sasl", sat_bind_sasl},
                                       {"sasl_has", sat_bind_sasl_has},
                                       {"jwt", sat_bind_jwt},
                                       {"thumbprint", sat_bind_thumbprint},
                                       {"md5", sat_bind_md5},
                                       {"mask", net_mask},
                                       {"now", net_now},
                                       {"host_name", net_host_name},
                                       {NULL, NULL}};
  sat_box_type(L, LOOP, loop_methods);
  sat_box_type(L, ALARM, alarm_methods);
  sat_bind_http_type(L);
  sat_bind_srv_type(L);
  sat_bind_stream_type(L);
  sat_bind_sasl_type(L);
  luaL_newlib(L, functions);
  return 1;
}
