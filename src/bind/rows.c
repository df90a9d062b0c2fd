/*
** Rows of a table straight from the wire into Lua: the hot path of
** RopQueryRows.  Nothing stands in between: each value is read and pushed at
** once.  What is not plain (multi-valued, nested, flagged rows of other
** dialects) goes through the values of the wire floor.
*/
#include <lauxlib.h>
#include <string.h>

#include "bind/conv_value.h"

/* The fixed-width types and text of the ROP dialect, where 'p' to 'end' is
** all there is: pushes the value and returns what follows it, or NULL with
** nothing pushed if it is none of those, or cut off. */
static const uint8_t *push_plain(lua_State *L, const uint8_t *p,
                                 const uint8_t *end, uint16_t type) {
  static const uint8_t widths[] = {
      [SAT_T_INTEGER16] = 2, [SAT_T_INTEGER32] = 4, [SAT_T_BOOLEAN] = 1,
      [SAT_T_INTEGER64] = 8, [SAT_T_TIME] = 8,      [SAT_T_CURRENCY] = 8};
  size_t width = type < sizeof widths ? widths[type] : 0;
  uint64_t v = 0;
  if (width == 0 || (size_t)(end - p) < width) return NULL;
  for (size_t i = width; i-- > 0;) v = v << 8 | p[i];
  switch (type) {
    case SAT_T_INTEGER16: lua_pushinteger(L, (int16_t)v); break;
    case SAT_T_INTEGER32: lua_pushinteger(L, (int32_t)v); break;
    case SAT_T_BOOLEAN: lua_pushboolean(L, v != 0); break;
    default: lua_pushinteger(L, (lua_Integer)v);
  }
  return p + width;
}

static const uint8_t *push_text(lua_State *L, const uint8_t *p,
                                const uint8_t *end) {
  struct sat_bytes text = {p, 0};
  while (end - p >= 2 && (p[0] | p[1]) != 0) p += 2;
  if (end - p < 2 || p - text.p > INT32_MAX) return NULL;
  text.n = (uint32_t)(p - text.p);
  sat_push_utf16(L, text);
  return p + 2;
}

static const uint8_t *push_binary(lua_State *L, const uint8_t *p,
                                  const uint8_t *end) {
  size_t n = end - p >= 2 ? p[0] | (size_t)p[1] << 8 : 0;
  if (end - p < 2 || (size_t)(end - p) - 2 < n) return NULL;
  lua_pushlstring(L, (const char *)p + 2, n);
  return p + 2 + n;
}

/* Pushes one value of the ROP dialect and sets it in the table below. */
static bool set_fast(lua_State *L, struct sat_reader *r, uint32_t tag) {
  uint16_t type = SAT_TAG_TYPE(tag);
  const uint8_t *next = type == SAT_T_STRING   ? push_text(L, r->p, r->end)
                        : type == SAT_T_BINARY ? push_binary(L, r->p, r->end)
                                               : push_plain(L, r->p, r->end,
                                                            type);
  if (next == NULL) return false;
  r->p = next;
  lua_rawseti(L, -2, tag);
  return true;
}

/* any value, by way of the wire floor */
static void set_slow(lua_State *L, struct sat_reader *r, uint32_t tag,
                     enum sat_dialect dialect) {
  struct sat_value v;
  if (sat_value_decode(r, SAT_TAG_TYPE(tag), dialect, &v) < 0) return;
  if (v.type == SAT_T_NULL) return;
  if (v.type == SAT_T_ERROR || SAT_TAG_TYPE(tag) == SAT_T_UNSPECIFIED)
    tag = SAT_TAG(SAT_TAG_ID(tag), v.type);
  sat_push_value(L, &v);
  lua_rawseti(L, -2, tag);
}

/* a whole row that is not a standard one of the ROP dialect */
static void push_any_row(lua_State *L, struct sat_reader *r,
                         struct sat_columns columns,
                         enum sat_dialect dialect) {
  struct sat_row row;
  if (sat_row_decode(r, columns, dialect, &row) == 0)
    sat_push_row(L, &row);
  else
    lua_pushnil(L);
}

/* a flagged row of the ROP dialect: a flag before each value */
static void set_flagged(lua_State *L, struct sat_reader *r, uint32_t tag) {
  uint32_t flag = sat_reader_u8(r);
  if (flag == 0x0a) {
    lua_pushinteger(L, sat_reader_u32(r));
    lua_rawseti(L, -2, SAT_TAG(SAT_TAG_ID(tag), SAT_T_ERROR));
  } else if (flag == 0x00) {
    if (!set_fast(L, r, tag)) set_slow(L, r, tag, SAT_DIALECT_ROP);
  } else if (flag != 0x01) {
    sat_reader_fail(r, "value flag 0x%02x", (unsigned)flag);
  }
}

static void push_row(lua_State *L, struct sat_reader *r,
                     struct sat_columns columns) {
  bool flagged = *r->p++ == 1;
  lua_createtable(L, 0, (int)columns.n);
  for (uint32_t i = 0; i < columns.n && sat_reader_ok(r); i++) {
    sat_reader_push(r, "columns", i);
    if (flagged)
      set_flagged(L, r, columns.tags[i]);
    else if (!set_fast(L, r, columns.tags[i]))
      set_slow(L, r, columns.tags[i], SAT_DIALECT_ROP);
    sat_reader_pop(r);
  }
}

static bool has_types(struct sat_columns columns) {
  for (uint32_t i = 0; i < columns.n; i++)
    if (SAT_TAG_TYPE(columns.tags[i]) == SAT_T_UNSPECIFIED) return false;
  return true;
}

int sat_push_rows(lua_State *L, struct sat_reader *r,
                  struct sat_columns columns, uint32_t n,
                  enum sat_dialect dialect) {
  bool plain = dialect == SAT_DIALECT_ROP && has_types(columns);
  if (n > sat_reader_left(r))
    sat_reader_fail(r, "count %u is beyond the end", (unsigned)n);
  if (!sat_reader_ok(r)) return -1;
  luaL_checkstack(L, 8, NULL);
  lua_createtable(L, (int)n, 0);
  for (uint32_t i = 0; i < n && sat_reader_ok(r); i++) {
    sat_reader_push(r, "rows", i);
    if (plain && sat_reader_left(r) > 0 && *r->p <= 1)
      push_row(L, r, columns);
    else
      push_any_row(L, r, columns, dialect);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
    sat_reader_pop(r);
  }
  if (sat_reader_ok(r)) return 0;
  lua_pop(L, 1);
  return -1;
}
