/* Rule actions as a list of Lua tables: { type = "move", flavor =, flags =,
** and the fields of its kind }. */
#include <lauxlib.h>
#include <string.h>

#include "bind/conv_value.h"

static void push_recipients(lua_State *L, const struct sat_action *a) {
  lua_createtable(L, (int)a->recipient_n, 0);
  for (uint32_t i = 0; i < a->recipient_n; i++) {
    sat_push_properties(L, &a->recipients[i].properties);
    sat_put_integer(L, "reserved", a->recipients[i].reserved);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "recipients");
}

static void push_reply(lua_State *L, const struct sat_action *a) {
  if (a->message_eid.n > 0) {
    sat_put_bytes(L, "message_eid", a->message_eid);
  } else {
    sat_put_integer(L, "template_fid", (int64_t)a->template_fid);
    sat_put_integer(L, "template_mid", (int64_t)a->template_mid);
  }
  sat_put_guid(L, "template_guid", &a->template_guid);
}

static void push_action(lua_State *L, const struct sat_action *a) {
  lua_createtable(L, 0, 6);
  lua_pushstring(L, sat_action_name(a->type));
  lua_setfield(L, -2, "type");
  sat_put_integer(L, "flavor", a->flavor);
  sat_put_integer(L, "flags", a->flags);
  switch (a->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY:
      sat_put_bool(L, "folder_in_this_store", a->in_this_store);
      sat_put_bytes(L, "store_eid", a->store_eid);
      sat_put_bytes(L, "folder_eid", a->folder_eid);
      break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY: push_reply(L, a); break;
    case SAT_ACTION_DEFER: sat_put_bytes(L, "data", a->data); break;
    case SAT_ACTION_BOUNCE:
      sat_put_integer(L, "bounce_code", a->bounce_code);
      break;
    case SAT_ACTION_FORWARD:
    case SAT_ACTION_DELEGATE: push_recipients(L, a); break;
    case SAT_ACTION_TAG:
      sat_push_property(L, &a->value);
      lua_setfield(L, -2, "value");
      break;
    default: break;
  }
}

void sat_push_actions(lua_State *L, const struct sat_actions *as) {
  luaL_checkstack(L, 8, NULL);
  lua_createtable(L, (int)as->n, 0);
  for (uint32_t i = 0; i < as->n; i++) {
    push_action(L, &as->a[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void check_recipients(struct sat_check *c, int idx,
                             struct sat_action *a) {
  lua_Unsigned n;
  sat_field(c, idx, "recipients");
  if (sat_check_table(c, -1, "recipients")) {
    n = lua_rawlen(c->L, -1);
    a->recipients = sat_check_array(c, n, sizeof *a->recipients);
    a->recipient_n = a->recipients != NULL ? (uint32_t)n : 0;
  }
  for (uint32_t i = 0; i < a->recipient_n && sat_check_ok(c); i++) {
    struct sat_rule_recipient *rcpt = &a->recipients[i];
    rcpt->reserved = 1; /* 2.2.5.1.2.4.1: what clients send */
    lua_rawgeti(c->L, -1, (lua_Integer)i + 1);
    if (sat_check_properties(c, -1, &rcpt->properties) == 0)
      sat_field_u32(c, -1, "reserved", &rcpt->reserved);
    lua_pop(c->L, 1);
  }
  lua_pop(c->L, 1);
}

static void check_data(struct sat_check *c, int idx, struct sat_action *a) {
  switch (a->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY:
      sat_field_bool(c, idx, "folder_in_this_store", &a->in_this_store);
      sat_field_bytes(c, idx, "store_eid", &a->store_eid);
      sat_field_bytes(c, idx, "folder_eid", &a->folder_eid);
      break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY:
      sat_field_u64(c, idx, "template_fid", &a->template_fid);
      sat_field_u64(c, idx, "template_mid", &a->template_mid);
      sat_field_bytes(c, idx, "message_eid", &a->message_eid);
      sat_field_guid(c, idx, "template_guid", &a->template_guid);
      break;
    case SAT_ACTION_DEFER: sat_field_bytes(c, idx, "data", &a->data); break;
    case SAT_ACTION_BOUNCE:
      sat_field_u32(c, idx, "bounce_code", &a->bounce_code);
      break;
    case SAT_ACTION_FORWARD:
    case SAT_ACTION_DELEGATE: check_recipients(c, idx, a); break;
    case SAT_ACTION_TAG:
      sat_field(c, idx, "value");
      sat_check_property(c, -1, &a->value);
      lua_pop(c->L, 1);
      break;
    default: break;
  }
}

static void check_action(struct sat_check *c, int idx, struct sat_action *a) {
  const char *name;
  int type;
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "action")) return;
  name = sat_field_name(c, idx, "type");
  type = sat_action_by_name(name);
  if (type < 0)
    sat_error_set(c->err, SAT_E_INVALID, "unknown action \"%s\"", name);
  a->type = (uint8_t)(type < 0 ? 0 : type);
  sat_field_u32(c, idx, "flavor", &a->flavor);
  sat_field_u32(c, idx, "flags", &a->flags);
  if (sat_check_ok(c)) check_data(c, idx, a);
}

int sat_check_actions(struct sat_check *c, int idx, struct sat_actions *as_r) {
  lua_Unsigned n;
  memset(as_r, 0, sizeof *as_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "actions")) return -1;
  n = lua_rawlen(c->L, idx);
  if (sat_check_down(c)) as_r->a = sat_check_array(c, n, sizeof *as_r->a);
  as_r->n = as_r->a != NULL ? (uint32_t)n : 0;
  for (uint32_t i = 0; i < as_r->n && sat_check_ok(c); i++) {
    lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
    check_action(c, -1, &as_r->a[i]);
    lua_pop(c->L, 1);
  }
  sat_check_up(c);
  return sat_check_ok(c) ? 0 : -1;
}
