/* Entry ids as Lua tables: { kind = "folder", type =, database_guid =,
** global_counter = }.  What a kind needs and a script leaves out is what the
** specification fixes. */
#include <lauxlib.h>
#include <string.h>

#include "bind/conv_value.h"

static void push_global(lua_State *L, const struct sat_global_id *id,
                        const char *database, const char *counter) {
  struct sat_bytes bytes = {id->counter, sizeof id->counter};
  sat_put_guid(L, database, &id->database);
  sat_put_bytes(L, counter, bytes);
}

static void push_store(lua_State *L, const struct sat_entry_id *e) {
  sat_put_integer(L, "flag", e->flag);
  sat_put_bytes(L, "dll", e->dll);
  sat_put_integer(L, "wrapped_flags", e->wrapped_flags);
  sat_put_guid(L, "wrapped_provider", &e->wrapped_provider);
  sat_put_bytes(L, "server", e->server);
  if (e->has_mailbox_dn) sat_put_bytes(L, "mailbox_dn", e->mailbox_dn);
}

static void push_one_off(lua_State *L, const struct sat_entry_id *e) {
  bool utf16 = e->bits & SAT_ONE_OFF_UNICODE;
  sat_put_integer(L, "bits", e->bits);
  sat_put_text(L, "display_name", e->display_name, utf16);
  sat_put_text(L, "address_type", e->address_type, utf16);
  sat_put_text(L, "email_address", e->email_address, utf16);
}

static void push_fields(lua_State *L, const struct sat_entry_id *e) {
  switch (e->kind) {
    case SAT_EID_MESSAGE:
      push_global(L, &e->message, "message_database_guid",
                  "message_global_counter"); /* fall through */
    case SAT_EID_FOLDER:
      push_global(L, &e->folder, "database_guid", "global_counter");
      break;
    case SAT_EID_STORE: push_store(L, e); break;
    case SAT_EID_ONE_OFF: push_one_off(L, e); break;
    case SAT_EID_ADDRESS_BOOK: sat_put_bytes(L, "x500dn", e->x500dn); break;
    case SAT_EID_CONTACT:
      if (e->padding.n > 0) sat_put_bytes(L, "padding", e->padding);
      /* fall through */
    case SAT_EID_EPHEMERAL: sat_put_integer(L, "index", e->index); break;
    default: break;
  }
}

void sat_push_entry_id(lua_State *L, const struct sat_entry_id *e) {
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, 8);
  lua_pushstring(L, sat_entry_id_kind_name(e->kind));
  lua_setfield(L, -2, "kind");
  sat_put_integer(L, "flags", e->flags);
  sat_put_guid(L, "provider", &e->provider);
  sat_put_integer(L, "type", e->type);
  sat_put_integer(L, "version", e->version);
  push_fields(L, e);
  if (e->data.p != NULL) sat_put_bytes(L, "data", e->data);
}

/* what the specification fixes for each kind */
static void set_defaults(struct sat_entry_id *e) {
  static const uint8_t dll[14] = "emsmdb.dll";
  static const struct sat_guid mailbox = {{0x1b, 0x55, 0xfa, 0x20, 0xaa, 0x66,
                                           0x11, 0xcd, 0x9b, 0xc8, 0x00, 0xaa,
                                           0x00, 0x2f, 0xc4, 0x5a}};
  const struct sat_guid *provider = sat_entry_id_provider(e->kind);
  if (provider != NULL) e->provider = *provider;
  switch (e->kind) {
    case SAT_EID_FOLDER: e->type = 1; break;
    case SAT_EID_MESSAGE: e->type = 7; break;
    case SAT_EID_STORE:
      e->type = 12;
      e->dll.p = dll;
      e->dll.n = sizeof dll;
      e->wrapped_provider = mailbox;
      break;
    case SAT_EID_ONE_OFF:
      e->bits = SAT_ONE_OFF_UNICODE | SAT_ONE_OFF_NO_RICH_TEXT;
      break;
    case SAT_EID_ADDRESS_BOOK: e->version = 1; break;
    case SAT_EID_CONTACT:
      e->version = 3;
      e->type = 4;
      break;
    case SAT_EID_EPHEMERAL:
      e->flags = 0x87;
      e->version = 1;
      break;
    default: break;
  }
}

static void check_global(struct sat_check *c, int idx, const char *database,
                         const char *counter, struct sat_global_id *id) {
  struct sat_bytes bytes = {NULL, 0};
  if (!sat_field_guid(c, idx, database, &id->database))
    sat_error_set(c->err, SAT_E_INVALID, "%s: a GUID expected", database);
  sat_field_bytes(c, idx, counter, &bytes);
  if (bytes.n == sizeof id->counter)
    memcpy(id->counter, bytes.p, sizeof id->counter);
  else
    sat_error_set(c->err, SAT_E_INVALID, "%s: 6 bytes expected", counter);
}

static void check_one_off(struct sat_check *c, int idx,
                          struct sat_entry_id *e) {
  bool utf16;
  sat_field_u32(c, idx, "bits", &e->bits);
  utf16 = e->bits & SAT_ONE_OFF_UNICODE;
  sat_field_text(c, idx, "display_name", utf16, &e->display_name);
  sat_field_text(c, idx, "address_type", utf16, &e->address_type);
  sat_field_text(c, idx, "email_address", utf16, &e->email_address);
}

static void check_store(struct sat_check *c, int idx, struct sat_entry_id *e) {
  sat_field_u32(c, idx, "flag", &e->flag);
  sat_field_bytes(c, idx, "dll", &e->dll);
  sat_field_u32(c, idx, "wrapped_flags", &e->wrapped_flags);
  sat_field_guid(c, idx, "wrapped_provider", &e->wrapped_provider);
  sat_field_text(c, idx, "server", false, &e->server);
  e->has_mailbox_dn =
      sat_field_text(c, idx, "mailbox_dn", false, &e->mailbox_dn);
}

static void check_fields(struct sat_check *c, int idx,
                         struct sat_entry_id *e) {
  switch (e->kind) {
    case SAT_EID_MESSAGE:
      check_global(c, idx, "message_database_guid", "message_global_counter",
                   &e->message); /* fall through */
    case SAT_EID_FOLDER:
      check_global(c, idx, "database_guid", "global_counter", &e->folder);
      break;
    case SAT_EID_STORE: check_store(c, idx, e); break;
    case SAT_EID_ONE_OFF: check_one_off(c, idx, e); break;
    case SAT_EID_ADDRESS_BOOK:
      sat_field_text(c, idx, "x500dn", false, &e->x500dn);
      break;
    case SAT_EID_CONTACT:
      sat_field_bytes(c, idx, "padding", &e->padding); /* fall through */
    case SAT_EID_EPHEMERAL: sat_field_u32(c, idx, "index", &e->index); break;
    default: break;
  }
}

int sat_check_entry_id(struct sat_check *c, int idx,
                       struct sat_entry_id *e_r) {
  const char *name;
  int kind;
  memset(e_r, 0, sizeof *e_r);
  idx = lua_absindex(c->L, idx);
  if (!sat_check_table(c, idx, "entry id")) return -1;
  name = sat_field_name(c, idx, "kind");
  kind = sat_entry_id_kind_by_name(name);
  if (kind < 0)
    sat_error_set(c->err, SAT_E_INVALID, "unknown entry id \"%s\"", name);
  e_r->kind = kind < 0 ? SAT_EID_OTHER : (enum sat_entry_id_kind)kind;
  set_defaults(e_r);
  sat_field_u32(c, idx, "flags", &e_r->flags);
  sat_field_guid(c, idx, "provider", &e_r->provider);
  sat_field_u32(c, idx, "type", &e_r->type);
  sat_field_u32(c, idx, "version", &e_r->version);
  if (sat_check_ok(c)) check_fields(c, idx, e_r);
  sat_field_bytes(c, idx, "data", &e_r->data);
  return sat_check_ok(c) ? 0 : -1;
}
