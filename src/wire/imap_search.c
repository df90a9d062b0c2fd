/*
** What SEARCH, SORT and THREAD find, and what has vanished.
*/
#include <string.h>

#include "wire/imap_parser.h"

/* one more number in an array that doubles; the arena bounds it */
static bool add_number(struct sat_imap_parser *p, struct sat_imap_numbers *o,
                       size_t *room, uint32_t v) {
  if (o->n == *room) {
    size_t more = *room > 0 ? *room * 2 : 64;
    uint32_t *grown = sat_reader_array(&p->r, more, sizeof *grown, 0);
    if (grown == NULL) return false;
    if (o->n > 0) memcpy(grown, o->v, o->n * sizeof *grown);
    o->v = grown;
    *room = more;
  }
  o->v[o->n++] = v;
  return true;
}

/* RFC 7162 3.1.5: SP "(" "MODSEQ" SP mod-sequence-value ")" */
static bool get_modseq(struct sat_imap_parser *p, struct sat_imap_number *o) {
  if (!sat_imap_try_word(p, "MODSEQ")) {
    sat_reader_fail(&p->r, "expected \"MODSEQ\"");
    return false;
  }
  return sat_imap_get_space(p) && sat_imap_get_said(p, o) &&
         sat_imap_get_char(p, ')');
}

/* "SEARCH" *(SP nz-number) [SP search-sort-mod-seq], and SORT likewise
** (RFC 5256 4) */
bool sat_imap_parse_search(struct sat_imap_parser *p,
                           struct sat_imap_response *o) {
  size_t room = 0;
  uint32_t v;
  while (sat_imap_next(p)) {
    if (!sat_imap_get_space(p)) return false;
    if (sat_imap_try_char(p, '('))
      return get_modseq(p, &o->u.numbers.modseq);
    if (!sat_imap_get_nz_number(p, &v) ||
        !add_number(p, &o->u.numbers, &room, v))
      return false;
  }
  return true;
}

/*
** ESEARCH
*/
/* RFC 9394 3.1: partial-range, "1:100" or "-1:-100" */
static bool get_partial_range(struct sat_imap_parser *p,
                              struct sat_bytes *v_r) {
  uint32_t v;
  v_r->p = p->r.p;
  sat_imap_try_char(p, '-');
  if (!sat_imap_get_nz_number(p, &v) || !sat_imap_get_char(p, ':'))
    return false;
  sat_imap_try_char(p, '-');
  if (!sat_imap_get_nz_number(p, &v)) return false;
  v_r->n = (uint32_t)(p->r.p - v_r->p);
  return true;
}

/* "(" partial-range SP (sequence-set / nil) ")" */
static bool get_partial(struct sat_imap_parser *p,
                        struct sat_imap_esearch *o) {
  if (!sat_imap_get_char(p, '(') ||
      !get_partial_range(p, &o->partial_range) || !sat_imap_get_space(p))
    return false;
  return (sat_imap_try_word(p, "NIL") || sat_imap_get_set(p, &o->partial)) &&
         sat_imap_get_char(p, ')');
}

/* search-return-data (RFC 9051 9, RFC 4731 4) */
static bool get_found(struct sat_imap_parser *p, struct sat_imap_esearch *o) {
  struct sat_bytes name;
  if (!sat_imap_get_item(p, &name)) return false;
  if (!sat_imap_is(name, "MIN") && !sat_imap_is(name, "MAX") &&
      !sat_imap_is(name, "COUNT") && !sat_imap_is(name, "MODSEQ") &&
      !sat_imap_is(name, "ALL") && !sat_imap_is(name, "PARTIAL"))
    return sat_imap_get_extra(p, name, &o->extra);
  if (!sat_imap_get_space(p)) return false;
  if (sat_imap_is(name, "MIN")) return sat_imap_get_said(p, &o->min);
  if (sat_imap_is(name, "MAX")) return sat_imap_get_said(p, &o->max);
  if (sat_imap_is(name, "COUNT")) return sat_imap_get_said(p, &o->count);
  if (sat_imap_is(name, "MODSEQ")) return sat_imap_get_said(p, &o->modseq);
  if (sat_imap_is(name, "ALL")) return sat_imap_get_set(p, &o->all);
  return get_partial(p, o);
}

/* search-correlator: "(" "TAG" SP tag-string ")", and in answers to ESEARCH
** of several mailboxes MAILBOX and UIDVALIDITY (RFC 7377 3) */
static bool get_correlator(struct sat_imap_parser *p,
                           struct sat_imap_esearch *o) {
  struct sat_bytes name;
  bool first = true, ok, good = true;
  while (good && sat_imap_more(p, &first, &ok)) {
    if (!sat_imap_get_item(p, &name) || !sat_imap_get_space(p)) return false;
    if (sat_imap_is(name, "TAG")) good = sat_imap_get_astring(p, &o->tag);
    else if (sat_imap_is(name, "MAILBOX"))
      good = sat_imap_get_name(p, &o->mailbox);
    else if (sat_imap_is(name, "UIDVALIDITY"))
      good = sat_imap_get_said(p, &o->uidvalidity);
    else good = sat_imap_get_raw(p, &name);
  }
  return good && ok;
}

/* "ESEARCH" [SP search-correlator] [SP "UID"] *(SP search-return-data) */
bool sat_imap_parse_esearch(struct sat_imap_parser *p,
                            struct sat_imap_response *o) {
  struct sat_imap_esearch *e = SAT_IMAP_NEW(p, struct sat_imap_esearch);
  o->u.esearch = e;
  if (e == NULL) return false;
  if (p->r.end - p->r.p > 1 && p->r.p[1] == '(') {
    p->r.p += 2;
    if (!get_correlator(p, e)) return false;
  }
  while (sat_imap_next(p)) {
    if (!sat_imap_get_space(p)) return false;
    if (!e->uid && sat_imap_try_word(p, "UID")) e->uid = true;
    else if (!get_found(p, e)) return false;
  }
  return true;
}

/*
** THREAD: lists within lists, as deep as SAT_IMAP_THREAD_DEPTH
*/
static bool get_thread(struct sat_imap_parser *p,
                       struct sat_imap_thread **end);

/* thread-list, behind its "(": numbers, then lists, one of them at least */
static bool get_members(struct sat_imap_parser *p,
                        struct sat_imap_thread **end) {
  bool space = false;
  if (!sat_reader_down(&p->r)) return false;
  do {
    if (sat_imap_peek(p) == '(') {
      if (!get_thread(p, end)) return false;
      space = false;
    } else {
      struct sat_imap_thread *t = SAT_IMAP_NEW(p, struct sat_imap_thread);
      if (t == NULL || !sat_imap_get_nz_number(p, &t->number)) return false;
      *end = t;
      space = sat_imap_peek(p) != ')';
      if (space && !sat_imap_get_space(p)) return false;
    }
    end = &(*end)->next;
  } while (space || sat_imap_peek(p) == '(');
  sat_reader_up(&p->r);
  return sat_imap_get_char(p, ')');
}

static bool get_thread(struct sat_imap_parser *p,
                       struct sat_imap_thread **end) {
  struct sat_imap_thread *t = SAT_IMAP_NEW(p, struct sat_imap_thread);
  *end = t;
  return t != NULL && sat_imap_get_char(p, '(') && get_members(p, &t->list);
}

/* "THREAD" [SP 1*thread-list] (RFC 5256 5) */
bool sat_imap_parse_thread(struct sat_imap_parser *p,
                           struct sat_imap_response *o) {
  struct sat_imap_thread **end = &o->u.threads;
  p->r.max_depth = SAT_IMAP_THREAD_DEPTH;
  if (!sat_imap_next(p)) return true;
  if (!sat_imap_get_space(p)) return false;
  do {
    if (!get_thread(p, end)) return false;
    end = &(*end)->next;
  } while (sat_imap_next(p));
  return true;
}

/* "VANISHED" [SP "(EARLIER)"] SP known-uids (RFC 7162 3.2.10) */
bool sat_imap_parse_vanished(struct sat_imap_parser *p,
                             struct sat_imap_response *o) {
  if (!sat_imap_get_space(p)) return false;
  if (sat_imap_try_char(p, '(')) {
    o->u.vanished.earlier = sat_imap_try_word(p, "EARLIER");
    if (!o->u.vanished.earlier) {
      sat_reader_fail(&p->r, "expected \"EARLIER\"");
      return false;
    }
    if (!sat_imap_get_char(p, ')') || !sat_imap_get_space(p)) return false;
  }
  return sat_imap_get_set(p, &o->u.vanished.uids);
}
