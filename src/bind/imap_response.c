#include "bind/imap_response.h"

#include "bind/fail.h"
#include "bind/imap_push.h"

static void set_code(lua_State *L, const struct sat_imap_code *c) {
  lua_createtable(L, 0, 4);
  sat_imap_set_text(L, "name", c->name);
  sat_imap_set_number(L, "value", c->value);
  sat_imap_set_number(L, "uidvalidity", c->uidvalidity);
  sat_imap_set_number(L, "goal", c->goal);
  sat_imap_set_text(L, "uids", c->uids);
  sat_imap_set_text(L, "from", c->from);
  sat_imap_set_text(L, "to", c->to);
  sat_imap_set_text(L, "tag", c->tag);
  sat_imap_set_text(L, "detail", c->detail);
  sat_imap_set_text(L, "value", c->raw);
  if (c->has_words) sat_imap_set_words(L, "list", c->words);
  lua_setfield(L, -2, "code");
}

static void fill_status_line(lua_State *L, const struct sat_imap_response *r) {
  sat_imap_set_text(L, "tag", r->tag);
  sat_imap_set_text(L, "text", r->text);
  if (r->code.name.p != NULL) set_code(L, &r->code);
}

/*
** Mailboxes
*/
static void fill_list(lua_State *L, const struct sat_imap_list *o) {
  lua_newtable(L);
  for (const struct sat_imap_word *w = o->attributes; w; w = w->next) {
    sat_imap_push_text(L, w->text);
    lua_pushboolean(L, true);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "attributes");
  sat_imap_set_text(L, "delimiter", o->delimiter);
  sat_imap_set_name(L, "name", "raw_name", &o->name);
  sat_imap_set_name(L, "oldname", "raw_oldname", &o->oldname);
  if (o->has_childinfo) sat_imap_set_words(L, "childinfo", o->childinfo);
  sat_imap_set_extra(L, o->extra);
}

static void fill_status(lua_State *L, const struct sat_imap_status *o) {
  static const char *const names[] = {/* ORDER sat_imap_status_item */
      "messages", "recent", "uidnext",       "uidvalidity", "unseen",
      "deleted",  "size",   "highestmodseq", "appendlimit",
      "deleted_storage"};
  sat_imap_set_name(L, "name", "raw_name", &o->name);
  for (int i = 0; i < SAT_IMAP_ST_N; i++)
    sat_imap_set_number(L, names[i], o->items[i]);
  sat_imap_set_text(L, "mailboxid", o->mailboxid);
  sat_imap_set_extra(L, o->extra);
}

static void set_spaces(lua_State *L, const char *key,
                       const struct sat_imap_space *s) {
  lua_Integer i = 0;
  if (s == NULL) return;
  lua_newtable(L);
  for (; s != NULL; s = s->next) {
    lua_createtable(L, 0, 3);
    sat_imap_set_name(L, "prefix", "raw_prefix", &s->prefix);
    sat_imap_set_text(L, "delimiter", s->delimiter);
    sat_imap_set_extra(L, s->extra);
    lua_rawseti(L, -2, ++i);
  }
  lua_setfield(L, -2, key);
}

static void fill_mailbox(lua_State *L, const struct sat_imap_response *r) {
  const struct sat_imap_word *words = r->u.mailbox.words;
  sat_imap_set_name(L, "name", "raw_name", &r->u.mailbox.name);
  if (r->type == SAT_IMAP_QUOTAROOT) {
    sat_imap_set_words(L, "roots", words);
  } else if (r->type == SAT_IMAP_ACL) {
    sat_imap_set_pairs(L, "rights", r->u.mailbox.pairs);
  } else if (r->type == SAT_IMAP_MYRIGHTS) {
    sat_imap_set_text(L, "rights", words->text);
  } else {
    sat_imap_set_text(L, "identifier", words->text);
    sat_imap_set_text(L, "required", words->next->text);
    sat_imap_set_words(L, "optional", words->next->next);
  }
}

static void fill_quota(lua_State *L, const struct sat_imap_quota *o) {
  sat_imap_set_text(L, "root", o->root);
  lua_newtable(L);
  for (const struct sat_imap_resource *r = o->resources; r; r = r->next) {
    sat_imap_push_text(L, r->name);
    lua_createtable(L, 0, 2);
    sat_imap_set_integer(L, "usage", (int64_t)r->usage);
    sat_imap_set_integer(L, "limit", (int64_t)r->limit);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "resources");
}

static void fill_metadata(lua_State *L, const struct sat_imap_metadata *o) {
  sat_imap_set_name(L, "name", "raw_name", &o->name);
  if (o->has_values) sat_imap_set_pairs(L, "entries", o->entries);
  else sat_imap_set_words(L, "changed", o->changed);
}

/*
** What was found
*/
static void fill_numbers(lua_State *L, const struct sat_imap_numbers *o) {
  for (size_t i = 0; i < o->n; i++) {
    lua_pushinteger(L, (lua_Integer)o->v[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  sat_imap_set_number(L, "modseq", o->modseq);
}

/* "first:last", of which the numbers were checked by the parser */
static void set_partial(lua_State *L, const struct sat_imap_esearch *o) {
  const char *range = (const char *)o->partial_range.p, *colon = range;
  if (range == NULL) return;
  while (*colon != ':') colon++;
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, range, (size_t)(colon - range));
  lua_pushinteger(L, lua_tointeger(L, -1));
  lua_setfield(L, -3, "first");
  lua_pop(L, 1);
  lua_pushlstring(L, colon + 1,
                  o->partial_range.n - (size_t)(colon + 1 - range));
  lua_pushinteger(L, lua_tointeger(L, -1));
  lua_setfield(L, -3, "last");
  lua_pop(L, 1);
  sat_imap_set_text(L, "set", o->partial);
  lua_setfield(L, -2, "partial");
}

static void fill_esearch(lua_State *L, const struct sat_imap_esearch *o) {
  sat_imap_set_text(L, "tag", o->tag);
  lua_pushboolean(L, o->uid);
  lua_setfield(L, -2, "uid");
  sat_imap_set_number(L, "min", o->min);
  sat_imap_set_number(L, "max", o->max);
  sat_imap_set_number(L, "count", o->count);
  sat_imap_set_number(L, "modseq", o->modseq);
  sat_imap_set_text(L, "all", o->all);
  set_partial(L, o);
  sat_imap_set_name(L, "name", "raw_name", &o->mailbox);
  sat_imap_set_number(L, "uidvalidity", o->uidvalidity);
  sat_imap_set_extra(L, o->extra);
}

/* [1..n] of the table on top: numbers and lists */
static void fill_threads(lua_State *L, const struct sat_imap_thread *t) {
  lua_Integer i = 0;
  luaL_checkstack(L, 4, "THREAD");
  for (; t != NULL; t = t->next) {
    if (t->number != 0) {
      lua_pushinteger(L, (lua_Integer)t->number);
    } else {
      lua_newtable(L);
      fill_threads(L, t->list);
    }
    lua_rawseti(L, -2, ++i);
  }
}

static void fill_vanished(lua_State *L, const struct sat_imap_vanished *o) {
  lua_pushboolean(L, o->earlier);
  lua_setfield(L, -2, "earlier");
  sat_imap_set_text(L, "uids", o->uids);
}

/* [1..n] = { url =, data = } */
static void fill_urls(lua_State *L, const struct sat_imap_pair *pair) {
  lua_Integer i = 0;
  for (; pair != NULL; pair = pair->next) {
    lua_createtable(L, 0, 2);
    sat_imap_set_text(L, "url", pair->key);
    sat_imap_set_text(L, "data", pair->value);
    lua_rawseti(L, -2, ++i);
  }
}

static void fill_other(lua_State *L, const struct sat_imap_other *o) {
  sat_imap_set_text(L, "name", o->name);
  sat_imap_set_number(L, "number", o->number);
  sat_imap_set_text(L, "raw", o->raw);
}

/* what could be read of it, and what could not */
static void fill_broken(lua_State *L, const struct sat_imap_broken *o) {
  if (o->fetch != NULL) sat_imap_fill_fetch(L, o->fetch);
  sat_imap_set_text(L, "name", o->name);
  sat_imap_set_text(L, "error", o->why);
  sat_imap_set_text(L, "raw", o->raw);
}

static void fill(lua_State *L, const struct sat_imap_response *r) {
  switch (r->type) {
    case SAT_IMAP_OK:
    case SAT_IMAP_NO:
    case SAT_IMAP_BAD:
    case SAT_IMAP_BYE:
    case SAT_IMAP_PREAUTH:
    case SAT_IMAP_CONTINUATION: fill_status_line(L, r); break;
    case SAT_IMAP_CAPABILITY:
    case SAT_IMAP_ENABLED:
    case SAT_IMAP_FLAGS:
    case SAT_IMAP_GENURLAUTH: sat_imap_fill_words(L, r->u.words); break;
    case SAT_IMAP_LIST:
    case SAT_IMAP_LSUB: fill_list(L, r->u.list); break;
    case SAT_IMAP_STATUS: fill_status(L, r->u.status); break;
    case SAT_IMAP_SEARCH:
    case SAT_IMAP_SORT: fill_numbers(L, &r->u.numbers); break;
    case SAT_IMAP_ESEARCH: fill_esearch(L, r->u.esearch); break;
    case SAT_IMAP_THREAD: fill_threads(L, r->u.threads); break;
    case SAT_IMAP_EXISTS:
    case SAT_IMAP_RECENT:
    case SAT_IMAP_EXPUNGE:
      sat_imap_set_integer(L, "number", r->u.number);
      break;
    case SAT_IMAP_VANISHED: fill_vanished(L, &r->u.vanished); break;
    case SAT_IMAP_FETCH: sat_imap_fill_fetch(L, r->u.fetch); break;
    case SAT_IMAP_NAMESPACE:
      set_spaces(L, "personal", r->u.spaces[0]);
      set_spaces(L, "other", r->u.spaces[1]);
      set_spaces(L, "shared", r->u.spaces[2]);
      break;
    case SAT_IMAP_ID: sat_imap_set_pairs(L, "fields", r->u.pairs); break;
    case SAT_IMAP_QUOTA: fill_quota(L, &r->u.quota); break;
    case SAT_IMAP_QUOTAROOT:
    case SAT_IMAP_ACL:
    case SAT_IMAP_MYRIGHTS:
    case SAT_IMAP_LISTRIGHTS: fill_mailbox(L, r); break;
    case SAT_IMAP_METADATA: fill_metadata(L, &r->u.metadata); break;
    case SAT_IMAP_URLFETCH: fill_urls(L, r->u.pairs); break;
    case SAT_IMAP_OTHER: fill_other(L, &r->u.other); break;
    case SAT_IMAP_BROKEN: fill_broken(L, &r->u.broken); break;
  }
}

int sat_bind_imap_push(lua_State *L, const struct sat_imap_response *r) {
  bool numbers = r->type == SAT_IMAP_SEARCH || r->type == SAT_IMAP_SORT;
  int n = numbers && r->u.numbers.n < INT32_MAX ? (int)r->u.numbers.n : 0;
  lua_createtable(L, n, r->type == SAT_IMAP_FETCH ? 8 : 4);
  lua_pushstring(L, sat_imap_type_name(r->type));
  lua_setfield(L, -2, "type");
  fill(L, r);
  return 1;
}

int sat_bind_imap_fail(lua_State *L, const struct sat_error *err,
                       const struct sat_imap_response *r) {
  sat_fail(L, err);
  if (r == NULL) return 2;
  sat_bind_imap_push(L, r);
  lua_setfield(L, -2, "response");
  return 2;
}
