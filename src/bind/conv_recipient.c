/*
** Recipient rows as Lua tables: { type = "smtp", email_address =,
** display_name =, properties = { [tag] = value } }.  recipient_flags, if
** given, is taken as it is; else the flags follow from type and from what is
** there, and text is Unicode.
*/
#include <lauxlib.h>
#include <string.h>

#include "bind/conv_value.h"

/* the names that the flags tell, with their places */
static const struct {
  const char *name;
  uint32_t flag;
  size_t at;
} names[] = {
    {"email_address", SAT_RCPT_EMAIL,
     offsetof(struct sat_recipient, email_address)},
    {"display_name", SAT_RCPT_DISPLAY,
     offsetof(struct sat_recipient, display_name)},
    {"simple_display_name", SAT_RCPT_SIMPLE,
     offsetof(struct sat_recipient, simple_display_name)},
    {"transmittable_display_name", SAT_RCPT_TRANSMITTABLE,
     offsetof(struct sat_recipient, transmittable_display_name)},
};
#define NAME_N (sizeof names / sizeof *names)

static bool names_its_type(uint32_t flags) {
  return (flags & SAT_RCPT_TYPE) == SAT_RCPT_NONE &&
         flags & SAT_RCPT_OTHER_TYPE;
}

static void push_address(lua_State *L, const struct sat_recipient *rcpt) {
  uint32_t type = rcpt->flags & SAT_RCPT_TYPE;
  if (type == SAT_RCPT_X500DN) {
    sat_put_integer(L, "address_prefix_used", rcpt->address_prefix_used);
    sat_put_integer(L, "display_type", rcpt->display_type);
    sat_put_bytes(L, "x500dn", rcpt->x500dn);
  } else if (type >= SAT_RCPT_PDL1) {
    sat_put_bytes(L, "entry_id", rcpt->entry_id);
    sat_put_bytes(L, "search_key", rcpt->search_key);
  } else if (names_its_type(rcpt->flags)) {
    sat_put_bytes(L, "address_type", rcpt->address_type);
  }
}

void sat_push_recipient(lua_State *L, const struct sat_recipient *rcpt) {
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, 8);
  sat_put_integer(L, "recipient_flags", rcpt->flags);
  lua_pushstring(L, sat_recipient_type_name(rcpt->flags));
  lua_setfield(L, -2, "type");
  push_address(L, rcpt);
  for (size_t i = 0; i < NAME_N; i++) {
    struct sat_bytes text;
    memcpy(&text, (const char *)rcpt + names[i].at, sizeof text);
    if (rcpt->flags & names[i].flag)
      sat_put_text(L, names[i].name, text, rcpt->flags & SAT_RCPT_UNICODE);
  }
  sat_put_integer(L, "column_count", rcpt->row.columns.n);
  sat_push_row(L, &rcpt->row);
  lua_setfield(L, -2, "properties");
}

static bool has(struct sat_check *c, int idx, const char *name) {
  bool there = sat_field(c, idx, name);
  lua_pop(c->L, 1);
  return there;
}

/* the type that a script names, or that follows from what is there */
static uint32_t derive_type(struct sat_check *c, int idx) {
  const char *name;
  int type;
  if (!has(c, idx, "type")) {
    if (has(c, idx, "x500dn")) return SAT_RCPT_X500DN;
    if (has(c, idx, "entry_id")) return SAT_RCPT_PDL1;
    if (has(c, idx, "address_type")) return SAT_RCPT_NONE;
    return has(c, idx, "email_address") ? SAT_RCPT_SMTP : SAT_RCPT_NONE;
  }
  name = sat_field_name(c, idx, "type");
  type = sat_recipient_type_by_name(name);
  if (type < 0)
    sat_error_set(c->err, SAT_E_INVALID, "unknown recipient \"%s\"", name);
  return (uint32_t)(type < 0 ? 0 : type);
}

static uint32_t check_flags(struct sat_check *c, int idx) {
  uint32_t flags = 0;
  if (has(c, idx, "recipient_flags")) {
    sat_field_u32(c, idx, "recipient_flags", &flags);
    return flags;
  }
  flags = derive_type(c, idx) | SAT_RCPT_UNICODE;
  if (has(c, idx, "address_type")) flags |= SAT_RCPT_OTHER_TYPE;
  for (size_t i = 0; i < NAME_N; i++)
    if (has(c, idx, names[i].name)) flags |= names[i].flag;
  return flags;
}

static void check_address(struct sat_check *c, int idx,
                          struct sat_recipient *rcpt) {
  uint32_t type = rcpt->flags & SAT_RCPT_TYPE;
  if (type == SAT_RCPT_X500DN) {
    sat_field_u32(c, idx, "address_prefix_used", &rcpt->address_prefix_used);
    sat_field_u32(c, idx, "display_type", &rcpt->display_type);
    sat_field_text(c, idx, "x500dn", false, &rcpt->x500dn);
  } else if (type >= SAT_RCPT_PDL1) {
    sat_field_bytes(c, idx, "entry_id", &rcpt->entry_id);
    sat_field_bytes(c, idx, "search_key", &rcpt->search_key);
  } else if (names_its_type(rcpt->flags)) {
    sat_field_text(c, idx, "address_type", false, &rcpt->address_type);
  }
}

static void check_properties(struct sat_check *c, int idx,
                             struct sat_columns columns,
                             struct sat_recipient *rcpt) {
  uint32_t n = columns.n;
  sat_field_u32(c, idx, "column_count", &n);
  if (n > columns.n)
    sat_error_set(c->err, SAT_E_INVALID, "column_count: %u of %u columns",
                  (unsigned)n, (unsigned)columns.n);
  else
    columns.n = n;
  if (!sat_field(c, idx, "properties")) {
    lua_pop(c->L, 1);
    lua_newtable(c->L);
  }
  sat_check_row(c, -1, columns, SAT_DIALECT_ROP, &rcpt->row);
  lua_pop(c->L, 1);
}

int sat_check_recipient(struct sat_check *c, int idx,
                        struct sat_columns columns,
                        struct sat_recipient *rcpt_r) {
  memset(rcpt_r, 0, sizeof *rcpt_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "recipient")) return -1;
  rcpt_r->flags = check_flags(c, idx);
  check_address(c, idx, rcpt_r);
  for (size_t i = 0; i < NAME_N; i++) {
    struct sat_bytes text = {NULL, 0};
    if (rcpt_r->flags & names[i].flag)
      sat_field_text(c, idx, names[i].name, rcpt_r->flags & SAT_RCPT_UNICODE,
                     &text);
    memcpy((char *)rcpt_r + names[i].at, &text, sizeof text);
  }
  if (sat_check_ok(c)) check_properties(c, idx, columns, rcpt_r);
  return sat_check_ok(c) ? 0 : -1;
}
