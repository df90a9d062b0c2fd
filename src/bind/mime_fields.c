#include "bind/mime_fields.h"

#include <lauxlib.h>
#include <string.h>

#include "bind/box.h"
#include "bind/mime_charsets.h"
#include "bind/scratch.h"
#include "format/mime_field.h"
#include "format/mime_message.h"
#include "format/mime_report.h"
#include "format/mime_text.h"

#define MOST_ADDRESSES 100000
#define MOST_IDS 1000

/* one field of one message; `arg` is the name of its header field */
struct field {
  lua_State *L;
  const struct sat_message *m;
  const struct sat_mime_item *it;
  struct sat_scratch *scratch; /* empty between fields */
  struct sat_scratch *kept;    /* has the report */
  struct sat_report report;    /* read when first asked for */
  bool has_report;
};

static bool push_text(struct field *f, bool found) {
  struct sat_buf *b = &f->scratch->buf;
  if (b->failed) luaL_error(f->L, "not enough memory");
  if (found) lua_pushlstring(f->L, b->n > 0 ? (char *)b->p : "", b->n);
  sat_buf_clear(b);
  return found;
}

static bool push_slice(lua_State *L, struct sat_slice s) {
  if (s.n > 0) lua_pushlstring(L, s.p, s.n);
  return s.n > 0;
}

static bool field_text(struct field *f, const char *arg) {
  return push_text(f, sat_mime_field_text(f->it, arg, &f->scratch->buf));
}

static bool field_id(struct field *f, const char *arg) {
  return push_text(f, sat_mime_field_ids(f->it, arg, 1, &f->scratch->buf));
}

static bool field_ids(struct field *f, const char *arg) {
  return push_text(f, sat_mime_field_ids(f->it, arg, MOST_IDS,
                                         &f->scratch->buf));
}

static bool field_addresses(struct field *f, const char *arg) {
  const struct sat_address *list = sat_mime_field_addresses(
      f->it, arg, MOST_ADDRESSES, &f->scratch->arena);
  if (f->scratch->arena.failed) luaL_error(f->L, "not enough memory");
  sat_bind_push_addresses(f->L, list);
  sat_arena_reset(&f->scratch->arena);
  return true;
}

static bool field_address(struct field *f, const char *arg) {
  field_addresses(f, arg);
  bool found = lua_rawgeti(f->L, -1, 1) == LUA_TTABLE;
  if (found) lua_remove(f->L, -2);
  else lua_pop(f->L, 2);
  return found;
}

static bool field_sent(struct field *f, const char *arg) {
  int64_t seconds;
  (void)arg;
  if (!sat_mime_sent(f->it, &seconds)) return false;
  lua_pushinteger(f->L, (lua_Integer)seconds);
  return true;
}

static bool field_received(struct field *f, const char *arg) {
  int64_t seconds;
  (void)arg;
  if (!sat_mime_received(f->it, &seconds)) return false;
  lua_pushinteger(f->L, (lua_Integer)seconds);
  return true;
}

static bool field_body(struct field *f, const char *arg) {
  return push_text(f, *arg == 't' ? sat_mime_text(f->it, &f->scratch->buf)
                                  : sat_mime_html(f->it, &f->scratch->buf));
}

static bool field_headers(struct field *f, const char *arg) {
  struct sat_slice raw = f->it->tree.root->headers.raw;
  (void)arg;
  lua_pushlstring(f->L, raw.n > 0 ? raw.p : "", raw.n);
  return true;
}

static bool field_importance(struct field *f, const char *arg) {
  (void)arg;
  lua_pushstring(f->L, sat_mime_importance(f->it));
  return true;
}

static bool field_sensitivity(struct field *f, const char *arg) {
  (void)arg;
  lua_pushstring(f->L, sat_mime_sensitivity(f->it));
  return true;
}

static bool field_categories(struct field *f, const char *arg) {
  struct sat_slice rest = sat_mime_field(f->it->tree.root, arg);
  if (rest.p == NULL) return false;
  lua_newtable(f->L);
  for (lua_Integer i = 1;
       sat_mime_keyword(f->it, &rest, &f->scratch->buf); i++) {
    push_text(f, true);
    lua_rawseti(f->L, -2, i);
  }
  return true;
}

static bool field_has_attachments(struct field *f, const char *arg) {
  const struct sat_mime_attachment *a = f->it->attachments;
  (void)arg;
  while (a != NULL && a->is_inline) a = a->next;
  lua_pushboolean(f->L, a != NULL);
  return true;
}

static bool field_size(struct field *f, const char *arg) {
  (void)arg;
  lua_pushinteger(f->L, (lua_Integer)f->m->bytes.n);
  return true;
}

static const struct sat_report *report_of(struct field *f) {
  if (!f->has_report)
    sat_report_read(f->it, &f->kept->arena, &f->report);
  f->has_report = true;
  if (f->kept->arena.failed) luaL_error(f->L, "not enough memory");
  return &f->report;
}

static bool field_class(struct field *f, const char *arg) {
  (void)arg;
  lua_pushstring(f->L, sat_mime_class(f->it, report_of(f)));
  return true;
}

static bool field_kind(struct field *f, const char *arg) {
  (void)arg;
  const char *class = sat_mime_class(f->it, report_of(f));
  bool is_report = strncmp(class, "REPORT.", 7) == 0;
  lua_pushstring(f->L, is_report ? "report" : "message");
  return true;
}

static void set_slice(lua_State *L, const char *name, struct sat_slice s) {
  if (push_slice(L, s)) lua_setfield(L, -2, name);
}

static void push_recipient(lua_State *L,
                           const struct sat_report_recipient *to) {
  lua_createtable(L, 0, 4);
  set_slice(L, "email", to->email);
  set_slice(L, "original", to->original);
  set_slice(L, "action", to->action);
  set_slice(L, "status", to->status);
  set_slice(L, "diagnostic", to->diagnostic);
  set_slice(L, "server", to->remote);
}

static bool field_report(struct field *f, const char *arg) {
  const struct sat_report *r = report_of(f);
  lua_State *L = f->L;
  (void)arg;
  if (r->kind == SAT_REPORT_NONE) return false;
  lua_createtable(L, 0, 4);
  lua_pushstring(L, r->kind == SAT_REPORT_DELIVERY ? "delivery"
                                                   : "disposition");
  lua_setfield(L, -2, "type");
  set_slice(L, "server", r->reporter);
  set_slice(L, "message_id", r->message_id);
  set_slice(L, "subject", r->subject);
  set_slice(L, "envelope_id", r->envelope_id);
  lua_newtable(L);
  lua_Integer i = 0;
  for (const struct sat_report_recipient *to = r->recipients; to; to = to->next)
    push_recipient(L, to), lua_rawseti(L, -2, ++i);
  lua_setfield(L, -2, "recipients");
  return true;
}

/* the fields in the order of lua/satchel/field.lua */
static const struct {
  const char *name;
  bool (*push)(struct field *f, const char *arg); /* false: nothing pushed */
  const char *arg;
} rows[] = {{"class", field_class, ""},
            {"kind", field_kind, ""},
            {"size", field_size, ""},
            {"categories", field_categories, "keywords"},
            {"has_attachments", field_has_attachments, ""},
            {"subject", field_text, "subject"},
            {"from", field_address, "from"},
            {"sender", field_address, "sender"},
            {"to", field_addresses, "to"},
            {"cc", field_addresses, "cc"},
            {"bcc", field_addresses, "bcc"},
            {"reply_to", field_addresses, "reply-to"},
            {"sent", field_sent, ""},
            {"received", field_received, ""},
            {"message_id", field_id, "message-id"},
            {"in_reply_to", field_id, "in-reply-to"},
            {"references", field_ids, "references"},
            {"importance", field_importance, ""},
            {"sensitivity", field_sensitivity, ""},
            {"headers", field_headers, ""},
            {"report", field_report, ""},
            {"text", field_body, "t"},
            {"html", field_body, "h"}};

#define ROWS (sizeof rows / sizeof *rows)

static void push_row(struct field *f, size_t i) {
  if (rows[i].push(f, rows[i].arg)) lua_setfield(f->L, -2, rows[i].name);
}

static void push_named(struct field *f, int names) {
  lua_State *L = f->L;
  for (lua_Integer k = 1; lua_rawgeti(L, names, k) == LUA_TSTRING; k++) {
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1); /* the list holds it */
    for (size_t i = 0; i < ROWS; i++)
      if (strcmp(name, rows[i].name) == 0) push_row(f, i);
  }
  lua_pop(L, 1);
}

/* message:fields([names]) -> { name = value } */
int sat_message_fields(lua_State *L) {
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  bool all = lua_isnoneornil(L, 2);
  if (!all) luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  struct field f = {.L = L, .m = m, .it = &m->item};
  f.scratch = sat_scratch_new(L);
  f.kept = sat_scratch_new(L);
  lua_createtable(L, 0, ROWS);
  if (!all) push_named(&f, 2);
  for (size_t i = 0; all && i < ROWS; i++) push_row(&f, i);
  sat_scratch_free(f.scratch);
  sat_scratch_free(f.kept);
  return 1;
}

static void push_type(lua_State *L, const struct sat_mime_part *part) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  struct sat_slice words[] = {part->media.type, part->media.subtype};
  for (size_t k = 0; k < 2; k++) {
    if (k == 1) luaL_addchar(&b, '/');
    for (size_t i = 0; i < words[k].n; i++)
      luaL_addchar(&b, sat_lower(words[k].p[i]));
  }
  luaL_pushresult(&b);
}

/* Content-ID without its brackets */
static bool push_content_id(lua_State *L, const struct sat_mime_part *part) {
  struct sat_slice s = sat_slice_trim(sat_mime_field(part, "content-id"));
  if (s.n > 0 && *s.p == '<') s.p++, s.n--;
  if (s.n > 0 && s.p[s.n - 1] == '>') s.n--;
  return push_slice(L, s);
}

static void push_attachment(struct field *f,
                            const struct sat_mime_attachment *a,
                            lua_Integer num) {
  lua_State *L = f->L;
  lua_createtable(L, 0, 7);
  lua_pushinteger(L, num);
  lua_setfield(L, -2, "num");
  sat_mime_attachment_name(f->it, a, &f->scratch->buf);
  if (push_text(f, f->scratch->buf.n > 0)) lua_setfield(L, -2, "name");
  lua_pushinteger(L, (lua_Integer)sat_mime_attachment_size(f->it, a));
  lua_setfield(L, -2, "size");
  if (a->uu.p == NULL) {
    push_type(L, a->part);
    lua_setfield(L, -2, "type");
    if (push_content_id(L, a->part)) lua_setfield(L, -2, "content_id");
  }
  lua_pushboolean(L, a->is_inline);
  lua_setfield(L, -2, "inline");
  lua_pushboolean(L, a->embedded);
  lua_setfield(L, -2, "embedded");
}

/* message:attachments() -> list */
int sat_message_attachments(lua_State *L) {
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  struct field f = {.L = L, .m = m, .it = &m->item,
                    .scratch = sat_scratch_new(L)};
  lua_Integer num = 0;
  lua_newtable(L);
  const struct sat_mime_attachment *a = m->item.attachments;
  for (; a != NULL; a = a->next) {
    push_attachment(&f, a, num);
    lua_rawseti(L, -2, ++num);
  }
  sat_scratch_free(f.scratch);
  return 1;
}

static void push_part(lua_State *L, const struct sat_mime_part *part) {
  luaL_checkstack(L, 6, "parts");
  lua_createtable(L, 1, 2);
  push_type(L, part);
  lua_setfield(L, -2, "type");
  lua_pushinteger(L, (lua_Integer)part->body.n);
  lua_setfield(L, -2, "size");
  lua_Integer i = 0;
  for (const struct sat_mime_part *c = part->first; c != NULL; c = c->next) {
    push_part(L, c);
    lua_rawseti(L, -2, ++i);
  }
}

/* message:structure() -> { type =, size = as it came, [1..n] = parts } */
int sat_message_structure(lua_State *L) {
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  push_part(L, m->item.tree.root);
  return 1;
}

/* message:flaws() -> list of what is wrong with it */
int sat_message_flaws(lua_State *L) {
  static const struct {
    enum sat_mime_flaw flaw;
    const char *text;
  } flaws[] = {{SAT_FLAW_NO_HEADER, "no header"},
               {SAT_FLAW_NO_BOUNDARY, "no boundary declared"},
               {SAT_FLAW_LOST_BOUNDARY, "the boundary never comes"},
               {SAT_FLAW_NOT_CLOSED, "no closing boundary"},
               {SAT_FLAW_TRANSFER, "content is not encoded as declared"},
               {SAT_FLAW_LIMIT, "a limit was reached"}};
  struct sat_message *m = sat_box_check(L, 1, SAT_MESSAGE);
  lua_Integer n = 0;
  lua_newtable(L);
  for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
    if ((m->item.flaws & flaws[i].flaw) == 0) continue;
    lua_pushstring(L, flaws[i].text);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}
