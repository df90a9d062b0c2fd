#include "bind/sasl.h"

#include <lauxlib.h>
#include <string.h>

#include "base/secret.h"
#include "bind/box.h"
#include "bind/fail.h"
#include "bind/scratch.h"
#include "bind/stream.h"
#include "net/sasl.h"

#define SASL "satchel.sasl"

static void sasl_release(void *obj) {
  struct sat_sasl *x = obj;
  sat_sasl_free(&x);
}

/* The value stays on the stack until the exchange was made.  A NUL would cut
** what the mechanism says. */
static const char *text(lua_State *L, const char *name, bool *nul_r) {
  int type = lua_getfield(L, 1, name);
  const char *s;
  if (type == LUA_TNIL) return NULL;
  if (type != LUA_TSTRING) luaL_error(L, "'%s' of SASL is not a string", name);
  s = lua_tostring(L, -1);
  if (strlen(s) != lua_rawlen(L, -1)) *nul_r = true;
  return s;
}

static bool read_request(lua_State *L, struct sat_sasl_request *r) {
  bool nul = false;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstack(L, 20, "SASL");
  memset(r, 0, sizeof *r);
  r->mechanism = text(L, "mechanism", &nul);
  if (r->mechanism == NULL) luaL_error(L, "SASL without a mechanism");
  r->user = text(L, "user", &nul);
  r->password = text(L, "password", &nul);
  r->token = text(L, "token", &nul);
  r->authzid = text(L, "authzid", &nul);
  r->service = text(L, "service", &nul);
  r->host = text(L, "host", &nul);
  r->nonce = text(L, "nonce", &nul);
  if (lua_getfield(L, 1, "port") != LUA_TNIL)
    r->port = (unsigned)luaL_checkinteger(L, -1);
  if (lua_getfield(L, 1, "stream") != LUA_TNIL)
    r->stream = sat_bind_check_stream(L, -1);
  return !nul;
}

int sat_bind_sasl(lua_State *L) {
  struct sat_sasl_request r;
  struct sat_error err = {0};
  struct sat_box *b;
  if (!read_request(L, &r)) {
    sat_error_set(&err, SAT_E_INVALID,
                  "a user name, password or token has a NUL");
    return sat_fail(L, &err);
  }
  b = sat_box_new(L, SASL, 0);
  b->release = sasl_release;
  b->obj = sat_sasl_new(&r, &err);
  return b->obj != NULL ? 1 : sat_fail(L, &err);
}

int sat_bind_sasl_has(lua_State *L) {
  lua_pushboolean(L, sat_sasl_has(luaL_checkstring(L, 1)));
  return 1;
}

static int fail(lua_State *L, const struct sat_sasl *x) {
  const char *hint = sat_sasl_hint(x), *reason = sat_sasl_reason(x);
  sat_fail(L, sat_sasl_error(x));
  if (hint != NULL) {
    lua_pushstring(L, hint);
    lua_setfield(L, -2, "hint");
  }
  if (reason != NULL) {
    lua_pushstring(L, reason);
    lua_setfield(L, -2, "reason");
  }
  return 2;
}

static int push_response(lua_State *L, struct sat_scratch *scratch,
                         bool done) {
  struct sat_buf *b = &scratch->buf;
  lua_pushlstring(L, (const char *)b->p, b->n);
  if (b->p != NULL) sat_secret_wipe(b->p, b->n);
  sat_scratch_free(scratch);
  lua_pushboolean(L, done);
  return 2;
}

/* step([challenge]) -> response, done | nil, err; false where the server has
** to speak first */
static int sasl_step(lua_State *L) {
  struct sat_sasl *x = sat_box_check(L, 1, SASL);
  size_t n = 0;
  const char *p = luaL_optlstring(L, 2, NULL, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  int result;
  if (p == NULL && !sat_sasl_speaks_first(sat_sasl_mechanism(x))) {
    lua_pushboolean(L, 0);
    lua_pushboolean(L, 0);
    return 2;
  }
  result = sat_sasl_step(x, p, n, &scratch->buf);
  if (result >= 0) return push_response(L, scratch, result > 0);
  sat_scratch_free(scratch);
  return fail(L, x);
}

static int sasl_reason(lua_State *L) {
  lua_pushstring(L, sat_sasl_reason(sat_box_check(L, 1, SASL)));
  return 1;
}

static int sasl_close(lua_State *L) {
  luaL_checkudata(L, 1, SASL);
  return sat_box_close(L);
}

void sat_bind_sasl_type(lua_State *L) {
  static const luaL_Reg methods[] = {{"step", sasl_step},
                                     {"reason", sasl_reason},
                                     {"close", sasl_close},
                                     {NULL, NULL}};
  sat_box_type(L, SASL, methods);
}
