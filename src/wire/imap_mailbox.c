/*
** What is said of mailboxes: LIST, LSUB, STATUS, NAMESPACE (RFC 9051 7.3).
*/
#include "wire/imap_parser.h"

/* DQUOTE QUOTED-CHAR DQUOTE / nil; "" is taken for NIL (QUIRKS 27) */
static bool get_delimiter(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  if (!sat_imap_get_nstring(p, v_r)) return false;
  if (v_r->n == 0) v_r->p = NULL;
  if (v_r->n <= 1) return true;
  sat_reader_fail(&p->r, "a delimiter of %u bytes", (unsigned)v_r->n);
  return false;
}

/* the value of CHILDINFO: "(" astring *(SP astring) ")" (RFC 5258 3.5) */
static bool get_childinfo(struct sat_imap_parser *p,
                          struct sat_imap_list *o) {
  o->has_childinfo = true;
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, sat_imap_get_astring, &o->childinfo);
}

/* the value of OLDNAME: "(" mailbox ")" (RFC 9051 6.3.9.7) */
static bool get_oldname(struct sat_imap_parser *p, struct sat_imap_list *o) {
  return sat_imap_get_space(p) && sat_imap_get_char(p, '(') &&
         sat_imap_get_name(p, &o->oldname) && sat_imap_get_char(p, ')');
}

/* mbox-list-extended: "(" [item *(SP item)] ")" (RFC 5258 6) */
static bool get_extended(struct sat_imap_parser *p, struct sat_imap_list *o) {
  struct sat_bytes tag;
  bool first = true, ok, good = true;
  if (!sat_imap_get_char(p, '(')) return false;
  while (good && sat_imap_more(p, &first, &ok)) {
    if (!sat_imap_get_astring(p, &tag)) return false;
    if (sat_imap_is(tag, "CHILDINFO")) good = get_childinfo(p, o);
    else if (sat_imap_is(tag, "OLDNAME")) good = get_oldname(p, o);
    else good = sat_imap_get_extra(p, tag, &o->extra);
  }
  return good && ok;
}

/* mailbox-list: "(" [mbx-list-flags] ")" SP delimiter SP mailbox
** [SP mbox-list-extended] */
bool sat_imap_parse_list(struct sat_imap_parser *p,
                         struct sat_imap_response *o) {
  struct sat_imap_list *list = SAT_IMAP_NEW(p, struct sat_imap_list);
  o->u.list = list;
  if (list == NULL || !sat_imap_get_space(p) ||
      !sat_imap_get_words(p, sat_imap_get_flag, &list->attributes) ||
      !sat_imap_get_space(p) || !get_delimiter(p, &list->delimiter) ||
      !sat_imap_get_space(p) || !sat_imap_get_name(p, &list->name))
    return false;
  return !sat_imap_next(p) ||
         (sat_imap_get_space(p) && get_extended(p, list));
}

/*
** STATUS
*/
const char *const sat_imap_status_items[] = {/* ORDER sat_imap_status_item */
    "MESSAGES", "RECENT",  "UIDNEXT",       "UIDVALIDITY", "UNSEEN",
    "DELETED",  "SIZE",    "HIGHESTMODSEQ", "APPENDLIMIT",
    "DELETED-STORAGE"};

/* RFC 8474 4.3: "MAILBOXID" SP "(" objectid ")" */
static bool get_mailboxid(struct sat_imap_parser *p,
                          struct sat_imap_status *o) {
  return sat_imap_get_space(p) && sat_imap_get_char(p, '(') &&
         sat_imap_get_astring(p, &o->mailboxid) && sat_imap_get_char(p, ')');
}

/* status-att-val; RFC 7889 3.2 has NIL where there is no limit */
static bool get_status_item(struct sat_imap_parser *p,
                            struct sat_imap_status *o) {
  struct sat_bytes name;
  if (!sat_imap_get_item(p, &name)) return false;
  if (sat_imap_is(name, "MAILBOXID")) return get_mailboxid(p, o);
  for (int i = 0; i < SAT_IMAP_ST_N; i++) {
    if (!sat_imap_is(name, sat_imap_status_items[i])) continue;
    if (!sat_imap_get_space(p)) return false;
    if (i == SAT_IMAP_ST_APPENDLIMIT && sat_imap_try_word(p, "NIL"))
      return true;
    return sat_imap_get_said(p, &o->items[i]);
  }
  return sat_imap_get_extra(p, name, &o->extra);
}

/* "STATUS" SP mailbox SP "(" [status-att-list] ")" */
bool sat_imap_parse_status(struct sat_imap_parser *p,
                           struct sat_imap_response *o) {
  struct sat_imap_status *status = SAT_IMAP_NEW(p, struct sat_imap_status);
  bool first = true, ok;
  o->u.status = status;
  if (status == NULL || !sat_imap_get_space(p) ||
      !sat_imap_get_name(p, &status->name) || !sat_imap_get_space(p) ||
      !sat_imap_get_char(p, '('))
    return false;
  while (sat_imap_more(p, &first, &ok))
    if (!get_status_item(p, status)) return false;
  return ok;
}

/*
** NAMESPACE
*/
/* Namespace-Descr: "(" string SP delimiter *(SP string SP "(" … ")") ")" */
static bool get_space(struct sat_imap_parser *p, struct sat_imap_space *o) {
  struct sat_bytes name;
  if (!sat_imap_get_char(p, '(') || !sat_imap_get_name(p, &o->prefix) ||
      !sat_imap_get_space(p) || !get_delimiter(p, &o->delimiter))
    return false;
  while (sat_imap_try_char(p, ' '))
    if (!sat_imap_get_string(p, &name) ||
        !sat_imap_get_extra(p, name, &o->extra))
      return false;
  return sat_imap_get_char(p, ')');
}

/* Namespace: nil / "(" 1*Namespace-Descr ")" */
static bool get_spaces(struct sat_imap_parser *p,
                       struct sat_imap_space **list_r) {
  if (sat_imap_try_word(p, "NIL")) return true;
  if (!sat_imap_get_char(p, '(')) return false;
  do {
    struct sat_imap_space *s = SAT_IMAP_NEW(p, struct sat_imap_space);
    if (s == NULL || !get_space(p, s)) return false;
    *list_r = s;
    list_r = &s->next;
    sat_imap_try_char(p, ' ');
  } while (sat_imap_peek(p) == '(');
  return sat_imap_get_char(p, ')');
}

/* "NAMESPACE" SP Namespace SP Namespace SP Namespace (RFC 2342 6) */
bool sat_imap_parse_namespace(struct sat_imap_parser *p,
                              struct sat_imap_response *o) {
  static const char *const names[] = {"personal", "other", "shared"};
  for (int i = 0; i < 3; i++) {
    sat_reader_push(&p->r, names[i], -1);
    if (!sat_imap_get_space(p) || !get_spaces(p, &o->u.spaces[i]))
      return false;
    sat_reader_pop(&p->r);
  }
  return true;
}
