/*
** Responses, as a server writes them: one form for each meaning.
*/
#include <string.h>

#include "wire/imap_parser.h"
#include "wire/imap_printer.h"
#include "wire/imap_quote.h"

/*
** Status responses
*/
static void put_value(struct sat_buf *b, const char *before,
                      struct sat_imap_number v) {
  if (!v.said) return;
  sat_buf_str(b, before);
  sat_imap_put_number(b, v.v);
}

static void put_set(struct sat_buf *b, struct sat_bytes set) {
  if (set.p == NULL) return;
  sat_buf_u8(b, ' ');
  sat_imap_put_bytes(b, set);
}

static void put_inprogress(struct sat_buf *b, const struct sat_imap_code *c) {
  sat_buf_str(b, " (");
  sat_imap_put_nstring(b, c->tag);
  put_value(b, " ", c->value);
  if (!c->value.said) sat_buf_str(b, " NIL");
  put_value(b, " ", c->goal);
  if (!c->goal.said) sat_buf_str(b, " NIL");
  sat_buf_u8(b, ')');
}

static void put_code_words(struct sat_buf *b, const struct sat_imap_code *c) {
  if (sat_imap_is(c->name, "CAPABILITY")) {
    sat_imap_put_rest(b, c->words, sat_imap_put_astring);
    return;
  }
  sat_buf_u8(b, ' ');
  sat_imap_put_words(b, c->words,
                     sat_imap_is(c->name, "PERMANENTFLAGS")
                         ? sat_imap_put_flag
                         : sat_imap_put_astring);
}

static void put_detail(struct sat_buf *b, const struct sat_imap_code *c) {
  bool id = sat_imap_is(c->name, "MAILBOXID");
  sat_buf_str(b, id ? " (" : " ");
  sat_imap_put_astring(b, c->detail);
  if (id) sat_buf_u8(b, ')');
}

/* the fields that a code has stand in the order in which it has them */
static void put_code(struct sat_buf *b, const struct sat_imap_code *c) {
  sat_buf_u8(b, '[');
  sat_imap_put_bytes(b, c->name);
  if (sat_imap_is(c->name, "INPROGRESS")) {
    put_inprogress(b, c);
  } else {
    if (c->detail.p != NULL) put_detail(b, c);
    put_value(b, " ", c->value);
    put_value(b, " ", c->uidvalidity);
    put_set(b, c->uids);
    put_set(b, c->from);
    put_set(b, c->to);
    if (c->tag.p != NULL) {
      sat_buf_u8(b, ' ');
      sat_imap_put_string(b, c->tag);
    }
    if (c->has_words) put_code_words(b, c);
    if (c->raw.p != NULL) put_set(b, c->raw);
  }
  sat_buf_str(b, "] ");
}

static void put_status_line(struct sat_buf *b,
                            const struct sat_imap_response *r) {
  sat_buf_u8(b, ' ');
  if (r->code.name.p != NULL) put_code(b, &r->code);
  sat_imap_put_bytes(b, r->text);
}

/*
** Mailboxes
*/
static void put_delimiter(struct sat_buf *b, struct sat_bytes delimiter) {
  sat_buf_u8(b, ' ');
  sat_imap_put_nstring(b, delimiter);
  sat_buf_u8(b, ' ');
}

static void put_list(struct sat_buf *b, const struct sat_imap_list *o) {
  struct sat_imap_items items = {b, false};
  sat_buf_u8(b, ' ');
  sat_imap_put_words(b, o->attributes, sat_imap_put_flag);
  put_delimiter(b, o->delimiter);
  sat_imap_put_astring(b, o->name.raw);
  if (o->oldname.raw.p == NULL && !o->has_childinfo && o->extra == NULL)
    return;
  sat_buf_str(b, " (");
  if (o->has_childinfo) {
    sat_imap_put_item(&items, "CHILDINFO ");
    sat_imap_put_words(b, o->childinfo, sat_imap_put_astring);
  }
  if (o->oldname.raw.p != NULL) {
    sat_imap_put_item(&items, "OLDNAME (");
    sat_imap_put_astring(b, o->oldname.raw);
    sat_buf_u8(b, ')');
  }
  sat_imap_put_extra(&items, o->extra);
  sat_buf_u8(b, ')');
}

static void put_mailbox(struct sat_buf *b, struct sat_imap_name name) {
  sat_buf_u8(b, ' ');
  sat_imap_put_astring(b, name.raw);
}

static void put_status(struct sat_buf *b, const struct sat_imap_status *o) {
  struct sat_imap_items items = {b, false};
  put_mailbox(b, o->name);
  sat_buf_str(b, " (");
  for (int i = 0; i < SAT_IMAP_ST_N; i++)
    sat_imap_put_said(&items, sat_imap_status_items[i], o->items[i]);
  if (o->mailboxid.p != NULL) {
    sat_imap_put_item(&items, "MAILBOXID (");
    sat_imap_put_astring(b, o->mailboxid);
    sat_buf_u8(b, ')');
  }
  sat_imap_put_extra(&items, o->extra);
  sat_buf_u8(b, ')');
}

static void put_spaces(struct sat_buf *b, const struct sat_imap_space *s) {
  sat_buf_str(b, s != NULL ? " (" : " NIL");
  if (s == NULL) return;
  for (; s != NULL; s = s->next) {
    sat_buf_u8(b, '(');
    sat_imap_put_string(b, s->prefix.raw);
    sat_buf_u8(b, ' ');
    sat_imap_put_nstring(b, s->delimiter);
    for (const struct sat_imap_pair *e = s->extra; e != NULL; e = e->next) {
      sat_buf_u8(b, ' ');
      sat_imap_put_string(b, e->key);
      sat_buf_u8(b, ' ');
      sat_imap_put_bytes(b, e->value);
    }
    sat_buf_u8(b, ')');
  }
  sat_buf_u8(b, ')');
}

static void put_acl(struct sat_buf *b, const struct sat_imap_pair *pair) {
  for (; pair != NULL; pair = pair->next) {
    sat_buf_u8(b, ' ');
    sat_imap_put_astring(b, pair->key);
    sat_buf_u8(b, ' ');
    sat_imap_put_astring(b, pair->value);
  }
}

static void put_quota(struct sat_buf *b, const struct sat_imap_quota *o) {
  struct sat_imap_items items = {b, false};
  sat_buf_u8(b, ' ');
  sat_imap_put_astring(b, o->root);
  sat_buf_str(b, " (");
  for (const struct sat_imap_resource *r = o->resources; r; r = r->next) {
    sat_imap_put_item(&items, "");
    sat_imap_put_astring(b, r->name);
    sat_buf_u8(b, ' ');
    sat_imap_put_number(b, r->usage);
    sat_buf_u8(b, ' ');
    sat_imap_put_number(b, r->limit);
  }
  sat_buf_u8(b, ')');
}

static void put_metadata(struct sat_buf *b,
                         const struct sat_imap_metadata *o) {
  put_mailbox(b, o->name);
  if (!o->has_values) {
    sat_imap_put_rest(b, o->changed, sat_imap_put_astring);
    return;
  }
  sat_buf_u8(b, ' ');
  sat_imap_put_pairs(b, o->entries, sat_imap_put_astring,
                     sat_imap_put_nstring);
}

/*
** What was found
*/
static void put_numbers(struct sat_buf *b, const struct sat_imap_numbers *o) {
  for (size_t i = 0; i < o->n; i++) {
    sat_buf_u8(b, ' ');
    sat_imap_put_number(b, o->v[i]);
  }
  put_value(b, " (MODSEQ ", o->modseq);
  if (o->modseq.said) sat_buf_u8(b, ')');
}

static void put_correlator(struct sat_buf *b,
                           const struct sat_imap_esearch *o) {
  struct sat_imap_items items = {b, false};
  if (o->tag.p == NULL && o->mailbox.raw.p == NULL && !o->uidvalidity.said)
    return;
  sat_buf_str(b, " (");
  if (o->tag.p != NULL) {
    sat_imap_put_item(&items, "TAG ");
    sat_imap_put_string(b, o->tag);
  }
  if (o->mailbox.raw.p != NULL) {
    sat_imap_put_item(&items, "MAILBOX ");
    sat_imap_put_astring(b, o->mailbox.raw);
  }
  sat_imap_put_said(&items, "UIDVALIDITY", o->uidvalidity);
  sat_buf_u8(b, ')');
}

static void put_esearch(struct sat_buf *b, const struct sat_imap_esearch *o) {
  struct sat_imap_items items = {b, true};
  put_correlator(b, o);
  if (o->uid) sat_imap_put_item(&items, "UID");
  sat_imap_put_said(&items, "MIN", o->min);
  sat_imap_put_said(&items, "MAX", o->max);
  sat_imap_put_said(&items, "COUNT", o->count);
  if (o->all.p != NULL) {
    sat_imap_put_item(&items, "ALL");
    put_set(b, o->all);
  }
  if (o->partial_range.p != NULL) {
    sat_imap_put_item(&items, "PARTIAL (");
    sat_imap_put_bytes(b, o->partial_range);
    if (o->partial.p != NULL) put_set(b, o->partial);
    else sat_buf_str(b, " NIL");
    sat_buf_u8(b, ')');
  }
  sat_imap_put_said(&items, "MODSEQ", o->modseq);
  sat_imap_put_extra(&items, o->extra);
}

static void put_threads(struct sat_buf *b, const struct sat_imap_thread *t) {
  for (; t != NULL; t = t->next) {
    if (t->number != 0) {
      sat_imap_put_number(b, t->number);
      if (t->next != NULL) sat_buf_u8(b, ' ');
    } else {
      sat_buf_u8(b, '(');
      put_threads(b, t->list);
      sat_buf_u8(b, ')');
    }
  }
}

static void put_other(struct sat_buf *b, const struct sat_imap_other *o) {
  if (o->raw.n == 0) return;
  sat_buf_u8(b, ' ');
  sat_imap_put_bytes(b, o->raw);
}

/*
** Responses
*/
static void put_name(struct sat_buf *b, const char *name) {
  for (; *name != '\0'; name++)
    sat_buf_u8(b, (uint8_t)(*name >= 'a' && *name <= 'z' ? *name - 32 : *name));
}

/* "* FLAGS", "* 12 EXISTS", "a1 OK", "+" */
static void put_head(struct sat_buf *b, const struct sat_imap_response *r) {
  const struct sat_imap_fetch *f = r->u.fetch;
  if (r->tag.p != NULL) sat_imap_put_bytes(b, r->tag);
  else sat_buf_u8(b, r->type == SAT_IMAP_CONTINUATION ? '+' : '*');
  if (r->type == SAT_IMAP_CONTINUATION) return;
  sat_buf_u8(b, ' ');
  if (r->type == SAT_IMAP_EXISTS || r->type == SAT_IMAP_RECENT ||
      r->type == SAT_IMAP_EXPUNGE) {
    sat_imap_put_number(b, r->u.number);
    sat_buf_u8(b, ' ');
  } else if (r->type == SAT_IMAP_FETCH) {
    sat_imap_put_number(b, f->number != 0 ? f->number : f->uid.v);
    sat_buf_str(b, f->number != 0 ? " " : " UID");
  } else if (r->type == SAT_IMAP_OTHER) {
    put_value(b, "", r->u.other.number);
    if (r->u.other.number.said) sat_buf_u8(b, ' ');
    sat_imap_put_bytes(b, r->u.other.name);
    return;
  }
  put_name(b, sat_imap_type_name(r->type));
}

static void put_urls(struct sat_buf *b, const struct sat_imap_pair *e) {
  for (; e != NULL; e = e->next) {
    sat_buf_u8(b, ' ');
    sat_imap_put_astring(b, e->key);
    sat_buf_u8(b, ' ');
    sat_imap_put_nstring(b, e->value);
  }
}

static void put_vanished(struct sat_buf *b,
                         const struct sat_imap_response *r) {
  if (r->u.vanished.earlier) sat_buf_str(b, " (EARLIER)");
  put_set(b, r->u.vanished.uids);
}

static void put_id(struct sat_buf *b, const struct sat_imap_pair *pairs) {
  sat_buf_u8(b, ' ');
  sat_imap_put_pairs(b, pairs, sat_imap_put_string, sat_imap_put_nstring);
}

static void put_rest(struct sat_buf *b, const struct sat_imap_response *r) {
  switch (r->type) {
    case SAT_IMAP_OK:
    case SAT_IMAP_NO:
    case SAT_IMAP_BAD:
    case SAT_IMAP_BYE:
    case SAT_IMAP_PREAUTH:
    case SAT_IMAP_CONTINUATION: put_status_line(b, r); break;
    case SAT_IMAP_CAPABILITY:
    case SAT_IMAP_ENABLED:
    case SAT_IMAP_GENURLAUTH:
      sat_imap_put_rest(b, r->u.words, sat_imap_put_astring);
      break;
    case SAT_IMAP_FLAGS:
      sat_buf_u8(b, ' ');
      sat_imap_put_words(b, r->u.words, sat_imap_put_flag);
      break;
    case SAT_IMAP_LIST:
    case SAT_IMAP_LSUB: put_list(b, r->u.list); break;
    case SAT_IMAP_STATUS: put_status(b, r->u.status); break;
    case SAT_IMAP_SEARCH:
    case SAT_IMAP_SORT: put_numbers(b, &r->u.numbers); break;
    case SAT_IMAP_ESEARCH: put_esearch(b, r->u.esearch); break;
    case SAT_IMAP_THREAD:
      if (r->u.threads != NULL) sat_buf_u8(b, ' ');
      put_threads(b, r->u.threads);
      break;
    case SAT_IMAP_EXISTS:
    case SAT_IMAP_RECENT:
    case SAT_IMAP_EXPUNGE: break;
    case SAT_IMAP_VANISHED: put_vanished(b, r); break;
    case SAT_IMAP_FETCH:
      sat_buf_u8(b, ' ');
      sat_imap_put_fetch(b, r->u.fetch);
      break;
    case SAT_IMAP_NAMESPACE:
      for (int i = 0; i < 3; i++) put_spaces(b, r->u.spaces[i]);
      break;
    case SAT_IMAP_ID: put_id(b, r->u.pairs); break;
    case SAT_IMAP_QUOTA: put_quota(b, &r->u.quota); break;
    case SAT_IMAP_QUOTAROOT:
    case SAT_IMAP_MYRIGHTS:
    case SAT_IMAP_LISTRIGHTS:
      put_mailbox(b, r->u.mailbox.name);
      sat_imap_put_rest(b, r->u.mailbox.words, sat_imap_put_astring);
      break;
    case SAT_IMAP_ACL:
      put_mailbox(b, r->u.mailbox.name);
      put_acl(b, r->u.mailbox.pairs);
      break;
    case SAT_IMAP_METADATA: put_metadata(b, &r->u.metadata); break;
    case SAT_IMAP_URLFETCH: put_urls(b, r->u.pairs); break;
    case SAT_IMAP_OTHER: put_other(b, &r->u.other); break;
    case SAT_IMAP_BROKEN: break;
  }
}

void sat_imap_print(struct sat_buf *out, const struct sat_imap_response *r) {
  if (r->type == SAT_IMAP_BROKEN) {
    sat_imap_put_bytes(out, r->u.broken.raw);
    return;
  }
  put_head(out, r);
  put_rest(out, r);
  sat_buf_str(out, "\r\n");
}
