/*
** Decoders and encoders of core.mime: a piece in, what can be made of it out.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/mime_charsets.h"
#include "bind/scratch.h"
#include "format/mime_transfer.h"

#define TRANSFER "satchel.transfer"

static int new_state(lua_State *L, bool encode) {
  luaL_checkstring(L, 1);
  struct sat_slice name = sat_bind_slice(L, 1);
  struct sat_box *box = sat_box_new(L, TRANSFER, 0);
  struct sat_transfer_state *t = calloc(1, sizeof *t);
  if (t == NULL) return luaL_error(L, "not enough memory");
  t->kind = sat_transfer_of(name);
  t->encode = encode;
  box->obj = t;
  box->release = free;
  return 1;
}

/* decoder("base64" | "quoted-printable" | "x-uuencode" | "8bit" …) */
static int mime_decoder(lua_State *L) { return new_state(L, false); }

/* encoder("base64" | "quoted-printable" | "8bit" …) */
static int mime_encoder(lua_State *L) { return new_state(L, true); }

/* state:feed(bytes) -> bytes */
static int state_feed(lua_State *L) {
  struct sat_transfer_state *t = sat_box_check(L, 1, TRANSFER);
  size_t n;
  const char *p = luaL_checklstring(L, 2, &n);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_transfer_feed(t, &scratch->buf, p, n);
  return sat_scratch_string(L, scratch);
}

/* state:finish() -> the last bytes */
static int state_finish(lua_State *L) {
  struct sat_transfer_state *t = sat_box_check(L, 1, TRANSFER);
  struct sat_scratch *scratch = sat_scratch_new(L);
  sat_transfer_finish(t, &scratch->buf);
  return sat_scratch_string(L, scratch);
}

/* encoder:high() -> whether it got bytes above 127 */
static int state_high(lua_State *L) {
  const struct sat_transfer_state *t = sat_box_check(L, 1, TRANSFER);
  lua_pushboolean(L, t->high);
  return 1;
}

void sat_bind_mime_transfer(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"feed", state_feed},
      {"finish", state_finish},
      {"high", state_high},
      {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"decoder", mime_decoder}, {"encoder", mime_encoder}, {NULL, NULL}};
  sat_box_type(L, TRANSFER, methods);
  luaL_setfuncs(L, functions, 0);
}
