/*
** core.mapi.batch: ROPs by name, their answers as tables.
**
**   batch(session) -> b
**   b:add(name, fields [, input [, options]]) -> index
**     input and options.to: a handle, or the index of an earlier ROP
**     options: logon_id, columns (tags of the input's rows), keep, chain
**   b:safe(boolean): it may be executed twice
**   b:step([response | nil, err]) -> "send", request | "sleep", seconds
**     | "done", results | "done", nil, err
**   b:results() so far   b:notices() -> RopNotify records
**   b:executes()   b:answered()   b:sent()   b:pending()
**
** A result is the answer's fields, with rop = name; what a ROP with 'keep'
** opened is result.object; the further answers to a chained ROP are the list
** result.more.  User values: 1 the session, 2 lists of results and notices.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "bind/box.h"
#include "bind/conv.h"
#include "bind/mapi_http.h"
#include "mail/mapi_batch.h"

enum { SESSION = 1, LISTS };
enum { RESULTS = 1, NOTICES }; /* of the lists */

struct batch {
  struct sat_mapi_batch b;
  struct sat_mapi_request q;
  bool sent; /* an Execute is under way */
};

static void batch_release(void *obj) {
  struct batch *b = obj;
  sat_mapi_batch_clear(&b->b);
  sat_mapi_request_free(&b->q);
  free(b);
}

static void handle_release(void *obj) {
  struct sat_mapi_handle *h = obj;
  sat_mapi_handle_unref(&h);
}

/* batch(session) */
static int mapi_batch(lua_State *L) {
  struct sat_mapi_client *c = sat_box_check(L, 1, SAT_MAPI_SESSION);
  struct sat_box *box = sat_box_new(L, SAT_MAPI_BATCH, 1);
  struct batch *b = calloc(1, sizeof *b);
  if (b == NULL) return luaL_error(L, "not enough memory");
  sat_mapi_batch_init(&b->b, &c->session);
  box->obj = b;
  box->release = batch_release;
  lua_createtable(L, 2, 0);
  lua_newtable(L);
  lua_rawseti(L, -2, RESULTS);
  lua_newtable(L);
  lua_rawseti(L, -2, NOTICES);
  lua_setiuservalue(L, -2, LISTS);
  return 1;
}

/* One of the lists of the batch at 1 ([-0,+1,-]) */
static int push_list(lua_State *L, int which) {
  lua_getiuservalue(L, 1, LISTS);
  lua_rawgeti(L, -1, which);
  lua_remove(L, -2);
  return 1;
}

/* The batch at 1, whose session is still open. */
static struct batch *check_batch(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  lua_getiuservalue(L, 1, SESSION);
  sat_box_check(L, -1, SAT_MAPI_SESSION);
  lua_pop(L, 1);
  return b;
}

/* What a ROP works on: nil, a handle, the output of an earlier ROP. */
static struct sat_mapi_handle *check_object(lua_State *L, struct batch *b,
                                            int i, const char *what) {
  struct sat_mapi_handle *h = NULL;
  if (lua_isnoneornil(L, i)) return NULL;
  if (lua_isinteger(L, i)) {
    lua_Integer n = lua_tointeger(L, i);
    if (n >= 1 && n <= UINT32_MAX)
      h = sat_mapi_batch_output(&b->b, (uint32_t)(n - 1));
  } else {
    h = sat_box_test(L, i, SAT_MAPI_HANDLE);
  }
  if (h == NULL || h->session != b->b.session)
    luaL_error(L, "the %s is no open object of this session", what);
  return h;
}

static bool option_flag(lua_State *L, const char *name) {
  bool v = false;
  if (!lua_istable(L, 5)) return v;
  lua_getfield(L, 5, name);
  v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

static void option_columns(lua_State *L, struct sat_scratch *scratch,
                           struct sat_mapi_handle *h) {
  uint32_t *tags;
  lua_Unsigned n;
  if (!lua_istable(L, 5) || h == NULL) return;
  if (lua_getfield(L, 5, "columns") == LUA_TTABLE) {
    n = lua_rawlen(L, -1);
    tags = n < 65536 ? sat_arena_array(&scratch->arena, n, sizeof *tags) : NULL;
    if (tags == NULL) luaL_error(L, "'columns' is too long");
    for (lua_Unsigned i = 0; i < n; i++) {
      lua_rawgeti(L, -1, (lua_Integer)i + 1);
      tags[i] = (uint32_t)luaL_checkinteger(L, -1);
      lua_pop(L, 1);
    }
    if (!sat_mapi_handle_columns(h, tags, (uint32_t)n))
      luaL_error(L, "not enough memory");
  }
  lua_pop(L, 1);
}

static void read_options(lua_State *L, struct batch *b,
                         struct sat_scratch *scratch,
                         struct sat_mapi_rop *rop) {
  rop->input = check_object(L, b, 4, "input");
  rop->keep = option_flag(L, "keep");
  rop->chain = option_flag(L, "chain");
  option_columns(L, scratch, rop->input);
  if (!lua_istable(L, 5)) return;
  lua_getfield(L, 5, "to");
  rop->second = check_object(L, b, lua_gettop(L), "destination");
  lua_getfield(L, 5, "logon_id");
  rop->logon_id = (uint8_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
}

static const struct sat_rop *check_rop(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  const struct sat_rop *rop = sat_rop_by_name(name);
  if (rop == NULL || !rop->dir[SAT_REQUEST].exists)
    luaL_error(L, "there is no ROP '%s' to send", name);
  return rop;
}

/* the fields that the engine fills in: logon id and handle indexes */
static int head_fields(const struct sat_rop *rop) {
  switch (rop->handles) {
    case SAT_HANDLES_NONE: return 0;
    case SAT_HANDLES_IN:
    case SAT_HANDLES_OUT: return 2;
    default: return 3;
  }
}

/* The fields at 3 as bytes in the scratch; its error tells of mistakes. */
static void encode(lua_State *L, struct sat_scratch *scratch,
                   const struct sat_rop *rop,
                   const struct sat_wire_ctx *ctx) {
  struct sat_check c = {L, &scratch->arena, &scratch->err, 0};
  const struct sat_op *ops = rop->dir[SAT_REQUEST].ops();
  void *v = sat_arena_alloc(&scratch->arena, rop->dir[SAT_REQUEST].size);
  if (v == NULL) luaL_error(L, "not enough memory");
  sat_check_layout(&c, 3, rop->name, ops + head_fields(rop), v, ctx);
  if (!sat_check_ok(&c)) return;
  sat_rop_encode(&scratch->buf, rop, SAT_REQUEST, v, ctx);
  if (scratch->buf.failed)
    sat_error_set(&scratch->err, SAT_E_INVALID,
                  "%s: a value does not fit its field", rop->name);
}

static int batch_add(lua_State *L) {
  struct batch *b = check_batch(L);
  struct sat_mapi_rop rop = {.desc = check_rop(L)};
  struct sat_scratch *scratch;
  struct sat_wire_ctx ctx = {.dialect = SAT_DIALECT_ROP};
  int64_t index;
  if (b->b.executes > 0) return luaL_error(L, "the batch has begun");
  lua_settop(L, 5);
  if (lua_isnil(L, 3)) {
    lua_newtable(L);
    lua_replace(L, 3);
  }
  scratch = sat_scratch_new(L);
  read_options(L, b, scratch, &rop);
  ctx.public_logon = rop.input != NULL && rop.input->public_logon;
  encode(L, scratch, rop.desc, &ctx);
  if (scratch->err.kind != SAT_OK) return sat_scratch_fail(L, scratch);
  rop.request =
      (struct sat_bytes){scratch->buf.p, (uint32_t)scratch->buf.n};
  index = sat_mapi_batch_add(&b->b, &rop, &scratch->err);
  if (index < 0) return sat_scratch_fail(L, scratch);
  sat_scratch_free(scratch);
  lua_pushinteger(L, index + 1);
  return 1;
}

/* result.object ([-0,+0,m]); the result is at the top */
static void push_object(lua_State *L, struct sat_mapi_handle *h) {
  struct sat_box *box;
  lua_getiuservalue(L, 1, SESSION);
  box = sat_box_new(L, SAT_MAPI_HANDLE, lua_gettop(L));
  box->obj = sat_mapi_handle_ref(h);
  box->release = handle_release;
  lua_setfield(L, -3, "object");
  lua_pop(L, 1);
}

static void push_message(lua_State *L, const struct sat_mapi_batch *b,
                         const struct sat_mapi_answer *a) {
  struct sat_wire_ctx ctx = {.public_logon = a->public_logon};
  sat_push_layout(L, a->rop->dir[SAT_RESPONSE].ops(), a->body, &ctx);
  lua_pushstring(L, a->index == SAT_MAPI_NOTICE ? a->rop->name
                                                : b->rops[a->index].desc->name);
  lua_setfield(L, -2, "rop");
}

/* list[#list + 1] = the value at the top ([-1,+0,m]) */
static void append(lua_State *L, int list) {
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* Appends to results[index].more, which is made when needed. */
static void append_more(lua_State *L, int results, lua_Integer index) {
  lua_rawgeti(L, results, index);
  if (lua_getfield(L, -1, "more") != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "more");
  }
  lua_pushvalue(L, -3);
  append(L, lua_gettop(L) - 1);
  lua_pop(L, 3);
}

static void push_answers(lua_State *L, struct batch *b) {
  int results, notices;
  push_list(L, RESULTS);
  results = lua_gettop(L);
  push_list(L, NOTICES);
  notices = lua_gettop(L);
  for (uint32_t i = 0; i < b->b.answer_n; i++) {
    const struct sat_mapi_answer *a = &b->b.answers[i];
    struct sat_mapi_handle *h;
    push_message(L, &b->b, a);
    if (a->index == SAT_MAPI_NOTICE) {
      append(L, notices);
    } else if (a->more) {
      append_more(L, results, (lua_Integer)a->index + 1);
    } else {
      h = sat_mapi_batch_output(&b->b, a->index);
      if (b->b.rops[a->index].keep && h != NULL && sat_mapi_handle_live(h))
        push_object(L, h);
      lua_rawseti(L, results, (lua_Integer)a->index + 1);
    }
  }
  lua_settop(L, results - 1);
}

/* The answer to the Execute under way; 0, or -1 with the error. */
static int take(lua_State *L, struct batch *b, struct sat_scratch *scratch) {
  struct sat_mapi_http http;
  b->sent = false;
  sat_mapi_check_response(L, 2, scratch, &http);
  if (sat_mapi_batch_take(&b->b, &http, &scratch->err) < 0) return -1;
  push_answers(L, b);
  return 0;
}

static int next(lua_State *L, struct batch *b, struct sat_scratch *scratch) {
  struct sat_mapi_client *c;
  double seconds;
  switch (sat_mapi_batch_step(&b->b, &b->q, &seconds, &scratch->err)) {
    case SAT_MAPI_SEND:
      b->sent = true;
      lua_getiuservalue(L, 1, SESSION);
      c = sat_box_check(L, -1, SAT_MAPI_SESSION);
      return sat_mapi_push_send(L, c->url, &b->q);
    case SAT_MAPI_SLEEP:
      lua_pushliteral(L, "sleep");
      lua_pushnumber(L, seconds);
      return 2;
    case SAT_MAPI_DONE:
      lua_pushliteral(L, "done");
      return 1 + push_list(L, RESULTS);
    default: return sat_mapi_push_failed(L, b->b.session, &scratch->err);
  }
}

static int batch_step(lua_State *L) {
  struct batch *b = check_batch(L);
  struct sat_scratch *scratch;
  int n;
  lua_settop(L, 3);
  if (b->sent && lua_isnil(L, 2)) {
    b->sent = false;
    return sat_mapi_push_unanswered(L, b->b.session, 3);
  }
  scratch = sat_scratch_new(L);
  if (b->sent && take(L, b, scratch) < 0)
    n = sat_mapi_push_failed(L, b->b.session, &scratch->err);
  else
    n = next(L, b, scratch);
  sat_scratch_free(scratch);
  return n;
}

static int batch_notices(lua_State *L) {
  sat_box_check(L, 1, SAT_MAPI_BATCH);
  return push_list(L, NOTICES);
}

/* what has been answered so far */
static int batch_results(lua_State *L) {
  sat_box_check(L, 1, SAT_MAPI_BATCH);
  return push_list(L, RESULTS);
}

static int batch_safe(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  b->b.safe = lua_toboolean(L, 2);
  return 0;
}

static int batch_executes(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  lua_pushinteger(L, b->b.executes);
  return 1;
}

/* how many ROPs the server is done with */
static int batch_answered(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  lua_pushinteger(L, b->b.first);
  return 1;
}

/* how many ROPs went out, answered or not */
static int batch_sent(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  lua_pushinteger(L, b->b.next > b->b.first ? b->b.next : b->b.first);
  return 1;
}

static int batch_pending(lua_State *L) {
  struct batch *b = sat_box_check(L, 1, SAT_MAPI_BATCH);
  lua_pushboolean(L, b->b.pending);
  return 1;
}

static int handle_value(lua_State *L) {
  struct sat_mapi_handle *h = sat_box_check(L, 1, SAT_MAPI_HANDLE);
  lua_pushinteger(L, h->value);
  return 1;
}

static int handle_live(lua_State *L) {
  struct sat_mapi_handle *h = sat_box_check(L, 1, SAT_MAPI_HANDLE);
  lua_pushboolean(L, sat_mapi_handle_live(h));
  return 1;
}

static const luaL_Reg batch_methods[] = {
    {"add", batch_add},           {"step", batch_step},
    {"notices", batch_notices},   {"safe", batch_safe},
    {"executes", batch_executes}, {"answered", batch_answered},
    {"sent", batch_sent},         {"pending", batch_pending},
    {"results", batch_results},   {"close", sat_box_close},
    {NULL, NULL}};

static const luaL_Reg handle_methods[] = {{"value", handle_value},
                                          {"live", handle_live},
                                          {"release", sat_box_close},
                                          {NULL, NULL}};

void sat_bind_mapi_batch(lua_State *L) {
  sat_box_type(L, SAT_MAPI_BATCH, batch_methods);
  sat_box_type(L, SAT_MAPI_HANDLE, handle_methods);
  lua_pushcfunction(L, mapi_batch);
  lua_setfield(L, -2, "batch");
}
