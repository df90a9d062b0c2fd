#include "bind/jwt.h"

#include <lauxlib.h>

#include "base/base64.h"
#include "bind/scratch.h"
#include "net/digest.h"
#include "net/jwt.h"

static struct sat_bytes bytes(lua_State *L, int arg) {
  size_t n;
  const char *p = luaL_checklstring(L, arg, &n);
  luaL_argcheck(L, n < INT32_MAX, arg, "too long");
  return (struct sat_bytes){(const uint8_t *)p, (uint32_t)n};
}

int sat_bind_jwt(lua_State *L) {
  struct sat_bytes header = bytes(L, 1), claims = bytes(L, 2);
  struct sat_bytes pem = bytes(L, 3);
  const char *phrase = luaL_optstring(L, 4, NULL);
  struct sat_scratch *s = sat_scratch_new(L);
  if (sat_jwt_sign(header, claims, pem, phrase, &s->buf, &s->err) < 0)
    return sat_scratch_fail(L, s);
  return sat_scratch_string(L, s);
}

int sat_bind_thumbprint(lua_State *L) {
  static const char *const names[] = {"sha256", "sha1", NULL};
  struct sat_bytes pem = bytes(L, 1);
  const char *digest = names[luaL_checkoption(L, 2, "sha256", names)];
  struct sat_scratch *s = sat_scratch_new(L);
  if (sat_jwt_thumbprint(pem, digest, &s->buf, &s->err) < 0)
    return sat_scratch_fail(L, s);
  return sat_scratch_string(L, s);
}

int sat_bind_md5(lua_State *L) {
  struct sat_bytes input = bytes(L, 1);
  struct sat_scratch *s = sat_scratch_new(L);
  uint8_t digest[SAT_MD5_SIZE];
  if (!sat_digest_md5(input.p, input.n, digest))
    return luaL_error(L, "no MD5 here");
  sat_hex_encode(&s->buf, digest, sizeof digest);
  return sat_scratch_string(L, s);
}
