/*
** Signatures and digests for Lua, a part of core.net.
*/
#ifndef sat_bind_jwt_h
#define sat_bind_jwt_h

#include <lua.h>

/* core.net.jwt(header, claims, pem [, phrase]) -> text | nil, err */
int sat_bind_jwt(lua_State *L);

/* core.net.thumbprint(pem [, "sha1" | "sha256"]) -> bytes | nil, err */
int sat_bind_thumbprint(lua_State *L);

/* core.net.md5(bytes) -> hexadecimal digits */
int sat_bind_md5(lua_State *L);

#endif
