#include "bind/conv.h"

#include <lauxlib.h>
#include <string.h>

#include "wire/distance.h"
#include "wire/kinds.h"

/* a count that no script gave: it follows from the list */
#define UNSAID UINT32_MAX

/*
** {======================================================
** Pushing
** =======================================================
*/

void sat_push_kind(lua_State *L, unsigned kind, const void *v,
                   const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(kind);
  if (k->ops != NULL)
    sat_push_layout(L, k->ops(), v, ctx);
  else
    sat_conv_kind_of(kind)->push(L, v);
}

static void push_list(lua_State *L, const struct sat_op *op, const void *base,
                      const struct sat_wire_ctx *ctx) {
  size_t size = sat_kind_of(op->kind)->size;
  uint32_t n;
  const char *v = sat_schema_list(op, base, &n);
  lua_createtable(L, (int)n, 0);
  for (uint32_t i = 0; i < n; i++) {
    sat_push_kind(L, op->kind, v + i * size, ctx);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static int count_fields(const struct sat_op *op) {
  int n = 0;
  for (; op->code != SAT_OP_END; op++)
    if (op->code != SAT_OP_CLOSE && op->code != SAT_OP_IF) n++;
  return n;
}

void sat_push_layout(lua_State *L, const struct sat_op *op, const void *base,
                     const struct sat_wire_ctx *ctx) {
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, count_fields(op));
  while (op->code != SAT_OP_END) {
    if (op->code == SAT_OP_IF && !sat_schema_test(op, base, ctx)) {
      op = sat_schema_skip(op);
      continue;
    }
    if (op->code <= SAT_OP_REST && !(op->flags & SAT_OP_HIDDEN)) {
      lua_pushstring(L, op->name);
      if (op->code == SAT_OP_FIELD)
        sat_push_kind(L, op->kind, (const char *)base + op->at, ctx);
      else
        push_list(L, op, base, ctx);
      lua_rawset(L, -3);
    }
    op++;
  }
}

/* }====================================================== */

/*
** {======================================================
** Checking
** =======================================================
*/

void sat_check_kind(struct sat_check *c, int idx, const char *what,
                    unsigned kind, void *v_r, const struct sat_wire_ctx *ctx) {
  const struct sat_kind *k = sat_kind_of(kind);
  if (k->ops != NULL)
    sat_check_layout(c, idx, what, k->ops(), v_r, ctx);
  else
    sat_conv_kind_of(kind)->check(c, idx, what, v_r, ctx);
}

/* The table is at 'idx'; 'used' counts the keys that found their place. */
struct walk {
  struct sat_check *c;
  int idx;
  char *base;
  struct sat_wire_ctx ctx;
  lua_Integer used;
};

/* Pushes the value of a field's key ([-0,+1,m]); whether it is there. */
static bool take(struct walk *w, const char *name) {
  bool there = sat_field(w->c, w->idx, name);
  if (there) w->used++;
  return there;
}

static bool group_is_there(struct walk *w, const struct sat_op *op) {
  bool there;
  while (op->flags & SAT_OP_COUNT || op->code == SAT_OP_IF) op++;
  there = sat_field(w->c, w->idx, op->name);
  lua_pop(w->c->L, 1);
  return there;
}

static void check_field(struct walk *w, const struct sat_op *op) {
  void *v = w->base + op->at;
  bool there = !(op->flags & SAT_OP_HIDDEN) && take(w, op->name);
  int top = lua_gettop(w->c->L);
  if (there)
    sat_check_kind(w->c, top, op->name, op->kind, v, &w->ctx);
  else if (op->flags & SAT_OP_COUNT)
    *(uint32_t *)v = UNSAID;
  else if (op->flags & SAT_OP_PRESENCE)
    *(uint32_t *)v = group_is_there(w, op + 2);
  else if (sat_kind_of(op->kind)->ops != NULL ||
           !sat_conv_kind_of(op->kind)->absent)
    sat_error_set(w->c->err, SAT_E_INVALID, "%s: it is missing", op->name);
  lua_pop(w->c->L, 1);
}

static uint32_t check_length(struct walk *w, const struct sat_op *op,
                             size_t n) {
  uint32_t *count = (uint32_t *)(void *)(w->base + op->arg);
  if (op->code == SAT_OP_ARRAY ? n != op->arg
                               : op->code == SAT_OP_LIST &&
                                     *count != UNSAID && *count != n)
    sat_error_set(w->c->err, SAT_E_INVALID, "%s: %zu elements, not %u",
                  op->name, n,
                  (unsigned)(op->code == SAT_OP_ARRAY ? op->arg : *count));
  if (n > INT32_MAX)
    sat_error_set(w->c->err, SAT_E_INVALID, "%s: too many", op->name);
  if (op->code != SAT_OP_ARRAY) *count = (uint32_t)n;
  return sat_check_ok(w->c) ? (uint32_t)n : 0;
}

static void check_list(struct walk *w, const struct sat_op *op) {
  lua_State *L = w->c->L;
  size_t size = sat_kind_of(op->kind)->size;
  bool there = take(w, op->name);
  int list = lua_gettop(L);
  bool table = !there || sat_check_table(w->c, list, op->name);
  uint32_t n = check_length(w, op, there && table ? lua_rawlen(L, list) : 0);
  char *v = w->base + op->at;
  if (op->code != SAT_OP_ARRAY) {
    v = sat_check_array(w->c, n, size);
    *(void **)(void *)(w->base + op->at) = v;
  }
  for (uint32_t i = 0; i < n && sat_check_ok(w->c); i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    sat_check_kind(w->c, list + 1, op->name, op->kind, v + i * size, &w->ctx);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (op->flags & SAT_OP_COLUMNS)
    w->ctx.columns = (struct sat_columns){(const uint32_t *)(void *)v, n};
}

/* Whether a script may give 'name': always, or as the other fields are. */
static bool has_place(const struct sat_op *op, const char *name,
                      const struct walk *w) {
  while (op->code != SAT_OP_END) {
    if (w != NULL && op->code == SAT_OP_IF &&
        !sat_schema_test(op, w->base, &w->ctx)) {
      op = sat_schema_skip(op);
      continue;
    }
    if (op->code <= SAT_OP_REST && !(op->flags & SAT_OP_HIDDEN) &&
        strcmp(op->name, name) == 0)
      return true;
    op++;
  }
  return false;
}

/* " (NAME is)" for the field that was meant, else "" ([-0,+1,m]) */
static const char *push_nearest(lua_State *L, const struct sat_op *op,
                                const char *name) {
  size_t n = strlen(name), least = 3, d;
  const char *best = NULL;
  for (; op->code != SAT_OP_END; op++) {
    if (op->code > SAT_OP_REST || op->flags & SAT_OP_HIDDEN) continue;
    d = sat_distance(name, n, op->name, strlen(op->name), least);
    if (d > least || (best != NULL && d == least)) continue;
    best = op->name;
    least = d;
  }
  return best != NULL ? lua_pushfstring(L, " (%s is)", best)
                      : lua_pushliteral(L, "");
}

static lua_Integer count_keys(struct walk *w) {
  lua_Integer n = 0;
  for (lua_pushnil(w->c->L); lua_next(w->c->L, w->idx) != 0;
       lua_pop(w->c->L, 1))
    n++;
  return n;
}

/* Some key may have found no place: which? */
static void refuse_extra(struct walk *w, const struct sat_op *ops) {
  lua_State *L = w->c->L;
  int top = lua_gettop(L);
  if (count_keys(w) == w->used) return;
  for (lua_pushnil(L); lua_next(L, w->idx) != 0; lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING
                           ? lua_tostring(L, -2) : luaL_typename(L, -2);
    if (has_place(ops, name, w) || strcmp(name, "rop") == 0) continue;
    if (has_place(ops, name, NULL))
      sat_error_set(w->c->err, SAT_E_INVALID,
                    "%s: the other fields leave it out", name);
    else
      sat_error_set(w->c->err, SAT_E_INVALID, "no field is called %s%s", name,
                    push_nearest(L, ops, name));
    lua_settop(L, top + 2);
  }
}

void sat_check_layout(struct sat_check *c, int idx, const char *what,
                      const struct sat_op *ops, void *base_r,
                      const struct sat_wire_ctx *ctx) {
  struct walk w = {c, idx, base_r, *ctx, 0};
  const struct sat_op *op = ops;
  if (!sat_check_table(c, idx, what) || !sat_check_down(c)) return;
  while (op->code != SAT_OP_END && sat_check_ok(c)) {
    if (op->code == SAT_OP_IF && !sat_schema_test(op, base_r, &w.ctx)) {
      op = sat_schema_skip(op);
      continue;
    }
    if (op->code == SAT_OP_FIELD &&
        (!(op->flags & SAT_OP_HIDDEN) || op->flags & SAT_OP_PRESENCE))
      check_field(&w, op);
    else if (op->code >= SAT_OP_LIST && op->code <= SAT_OP_REST)
      check_list(&w, op);
    op++;
  }
  if (sat_check_ok(c)) refuse_extra(&w, ops);
  sat_check_up(c);
}

/* }====================================================== */
