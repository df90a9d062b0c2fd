/*
** FETCH responses as Lua tables.
*/
#include "bind/imap_push.h"

/*
** ENVELOPE
*/
static void push_address(lua_State *L, const struct sat_imap_address *a) {
  lua_createtable(L, 0, 3);
  sat_imap_set_text(L, "name", a->name);
  sat_imap_set_text(L, "adl", a->adl);
  sat_imap_set_text(L, "mailbox", a->mailbox);
  sat_imap_set_text(L, "host", a->host);
}

static void set_addresses(lua_State *L, const char *key,
                          const struct sat_imap_address *a) {
  lua_Integer i = 0;
  if (a == NULL) return;
  lua_createtable(L, 1, 0);
  for (; a != NULL; a = a->next) {
    push_address(L, a);
    lua_rawseti(L, -2, ++i);
  }
  lua_setfield(L, -2, key);
}

/* how many fields its table has, so that it need not grow */
static int count_fields(const struct sat_imap_envelope *e) {
  int n = (e->date.p != NULL) + (e->subject.p != NULL) +
          (e->in_reply_to.p != NULL) + (e->message_id.p != NULL);
  for (int i = 0; i < SAT_IMAP_ENV_N; i++) n += e->lists[i] != NULL;
  return n;
}

static void set_envelope(lua_State *L, const struct sat_imap_envelope *e) {
  static const char *const lists[SAT_IMAP_ENV_N] = {
      "from", "sender", "reply_to", "to", "cc", "bcc"};
  lua_createtable(L, 0, count_fields(e));
  sat_imap_set_text(L, "date", e->date);
  sat_imap_set_text(L, "subject", e->subject);
  for (int i = 0; i < SAT_IMAP_ENV_N; i++)
    set_addresses(L, lists[i], e->lists[i]);
  sat_imap_set_text(L, "in_reply_to", e->in_reply_to);
  sat_imap_set_text(L, "message_id", e->message_id);
  lua_setfield(L, -2, "envelope");
}

/*
** BODYSTRUCTURE.  The number of a part (RFC 9051 6.4.5.1) is a string on the
** stack; "" is the message itself.
*/
static void push_body(lua_State *L, const struct sat_imap_body *o,
                      const char *number);

static void set_disposition(lua_State *L, const struct sat_imap_body *o) {
  if (o->disposition.p == NULL) return;
  lua_createtable(L, 0, 2);
  sat_imap_set_text(L, "type", o->disposition);
  sat_imap_set_pairs(L, "params", o->disposition_params);
  lua_setfield(L, -2, "disposition");
}

static void set_fields(lua_State *L, const struct sat_imap_body *o) {
  sat_imap_set_text(L, "type", o->type);
  sat_imap_set_text(L, "subtype", o->subtype);
  sat_imap_set_pairs(L, "params", o->params);
  sat_imap_set_text(L, "id", o->id);
  sat_imap_set_text(L, "description", o->description);
  sat_imap_set_text(L, "encoding", o->encoding);
  sat_imap_set_number(L, "size", o->size);
  sat_imap_set_number(L, "lines", o->lines);
  sat_imap_set_text(L, "md5", o->md5);
  set_disposition(L, o);
  if (o->languages != NULL) sat_imap_set_words(L, "language", o->languages);
  sat_imap_set_text(L, "location", o->location);
}

/* ([-0,+1,m]) */
static const char *push_number(lua_State *L, const char *of, int i) {
  const char *dot = of[0] != '\0' ? "." : "";
  return lua_pushfstring(L, "%s%s%d", of, dot, i);
}

/* [1..n] = the parts of the multipart on top; 'number' is that of what it
** stands in */
static void fill_parts(lua_State *L, const struct sat_imap_body *o,
                       const char *number) {
  int i = 0;
  for (const struct sat_imap_body *part = o->parts; part; part = part->next) {
    const char *its = push_number(L, number, ++i);
    push_body(L, part, its);
    lua_rawseti(L, -3, i);
    lua_pop(L, 1);
  }
}

/* body = what a message holds, which has the numbers of its parts without one
** of its own if it is a multipart, and else is part 1 */
static void set_message(lua_State *L, const struct sat_imap_body *o,
                        const char *number) {
  if (o->multipart) {
    lua_createtable(L, 2, 8);
    set_fields(L, o);
    fill_parts(L, o, number);
  } else {
    push_body(L, o, push_number(L, number, 1));
    lua_remove(L, -2);
  }
}

static void push_body(lua_State *L, const struct sat_imap_body *o,
                      const char *number) {
  luaL_checkstack(L, 8, "BODYSTRUCTURE");
  lua_createtable(L, o->multipart ? 2 : 0, 8);
  set_fields(L, o);
  lua_pushstring(L, number);
  lua_setfield(L, -2, "part");
  if (o->multipart) fill_parts(L, o, number);
  if (o->envelope != NULL) set_envelope(L, o->envelope);
  if (o->message == NULL) return;
  set_message(L, o->message, number);
  lua_setfield(L, -2, "body");
}

/*
** Sections
*/
static void set_sections(lua_State *L, const struct sat_imap_section *s) {
  bool origins = false;
  lua_createtable(L, 0, 1);
  for (const struct sat_imap_section *v = s; v != NULL; v = v->next) {
    sat_imap_push_text(L, v->key);
    sat_imap_push_text(L, v->bytes);
    lua_rawset(L, -3);
    origins = origins || v->origin.said;
  }
  lua_setfield(L, -2, "sections");
  if (!origins) return;
  lua_createtable(L, 0, 1);
  for (; s != NULL; s = s->next) {
    if (!s->origin.said) continue;
    sat_imap_push_text(L, s->key);
    lua_pushinteger(L, (lua_Integer)s->origin.v);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "origins");
}

static void set_binary_sizes(lua_State *L,
                             const struct sat_imap_binary_size *s) {
  lua_newtable(L);
  for (; s != NULL; s = s->next) {
    sat_imap_push_text(L, s->key);
    lua_pushinteger(L, (lua_Integer)s->size);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "binary_sizes");
}

static void set_gm(lua_State *L, const struct sat_imap_fetch *f) {
  if (!f->gm_msgid.said && !f->gm_thrid.said && !f->has_gm_labels) return;
  lua_createtable(L, 0, 3);
  sat_imap_set_number(L, "msgid", f->gm_msgid);
  sat_imap_set_number(L, "thrid", f->gm_thrid);
  if (f->has_gm_labels) sat_imap_set_words(L, "labels", f->gm_labels);
  lua_setfield(L, -2, "gm");
}

static void set_extensions(lua_State *L, const struct sat_imap_fetch *f) {
  sat_imap_set_number(L, "modseq", f->modseq);
  if (f->has_savedate) sat_imap_set_integer(L, "savedate", f->savedate);
  sat_imap_set_text(L, "emailid", f->emailid);
  sat_imap_set_text(L, "threadid", f->threadid);
  sat_imap_set_text(L, "preview", f->preview);
  set_gm(L, f);
  sat_imap_set_extra(L, f->extra);
}

void sat_imap_fill_fetch(lua_State *L, const struct sat_imap_fetch *f) {
  if (f->number != 0) sat_imap_set_integer(L, "number", f->number);
  sat_imap_set_number(L, "uid", f->uid);
  sat_imap_set_number(L, "size", f->size);
  if (f->has_flags) sat_imap_set_words(L, "flags", f->flags);
  if (f->has_date) sat_imap_set_integer(L, "internaldate", f->date);
  if (f->envelope != NULL) set_envelope(L, f->envelope);
  if (f->body != NULL) {
    set_message(L, f->body, "");
    lua_setfield(L, -2, "bodystructure");
  }
  if (f->sections != NULL) set_sections(L, f->sections);
  if (f->binary_sizes != NULL) set_binary_sizes(L, f->binary_sizes);
  set_extensions(L, f);
}
